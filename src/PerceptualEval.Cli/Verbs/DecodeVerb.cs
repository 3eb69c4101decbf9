using System.CommandLine;
using System.Numerics.Tensors;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Results;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>decode</c>: latents → PNG files (a folder of frames for a clip), and float tensors.</summary>
internal static class DecodeVerb
{
    private static readonly Argument<string> Latents = new("LATENTS") { Description = "A tensor file of latents, or a folder of them." };

    private static readonly Option<string> Out = new("--out") { HelpName = "DIR", Description = "The folder for the images: one ID.png per latent, ID/0000.png … per clip.", Required = true };

    private static readonly Option<bool> Npy = new("--npy") { Description = "Also ID.npy: float32 [3,H,W], or [3,T,H,W] for a clip, in [-1,1], not clamped." };

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("decode", "Latents → PNG files (and float tensors).")
        {
            Latents, CommonOptions.Decoder, Out, Npy, DatasetOptions.Strict,
            CommonOptions.Units, CommonOptions.Layout, CommonOptions.Tile, DatasetOptions.Format, DatasetOptions.Posterior, DatasetOptions.Seed, DatasetOptions.Size,
            CommonOptions.Batch, ExecutionChoice.Device, ExecutionChoice.Threads, ExecutionChoice.Precision, ExecutionChoice.Library, ExecutionChoice.Provider, CommonOptions.Models,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var store = CommonOptions.Store(parsed);
        var decoderModel = new Lazy<Model>(() => DefaultModels.Find(store, parsed.GetValue(CommonOptions.Decoder), ModelKind.Decoder));
        var input = new DatasetInput("LATENTS", parsed.GetRequiredValue(Latents), SourceKind.Latent) { Reading = DatasetOptions.Reading(parsed, side: null).For(decoderModel, parsed) };
        var dataset = Dataset.Open([input], DatasetOptions.Rules(parsed));
        var model = decoderModel.Value;
        var folder = new OutputFolder(parsed.GetRequiredValue(Out));
        var units = RunUnits.Of(model, dataset);
        var tiling = CommonOptions.Tiling(parsed);
        using var decoder = new LatentDecoder(model, ExecutionChoice.Of(parsed));
        DefaultModels.TellOfApproximations(model);
        var (done, nonFinite) = (0L, 0L);
        using (var progress = ProgressLine.OnStandardError(dataset.SampleCount, decoder.IsVideo ? "clips" : "images"))
        {
            foreach (var batch in BatchReader.Read(dataset, CommonOptions.BatchSize(parsed, decoder.Device, decoder.IsVideo).Size, interrupt))
            {
                using (batch)
                {
                    BatchCheck.Latents(batch, decoder, store);
                    RunUnits.Convert(batch, model, units);
                    using var images = decoder.Decode(batch.Target, units, tiling);
                    for (var i = 0; i < batch.Samples.Count; i++)
                    {
                        nonFinite += Write(folder, batch, i, images, parsed.GetValue(Npy)) ? 0 : 1;
                    }

                    progress.Report(done += batch.Samples.Count);
                }
            }
        }

        ExecutionChoice.TellOfOverflow(decoder);
        Console.Error.WriteLine(FormattableString.Invariant($"{done - nonFinite} of {done} images written to '{parsed.GetRequiredValue(Out)}'."));
        return DatasetReport.Write(dataset) == ExitCode.Ok && nonFinite == 0 ? ExitCode.Ok : ExitCode.GateFailed;
    }

    // Returns whether the image, or every frame of the clip, is finite: a PNG can't hold what is not.
    private static bool Write(OutputFolder folder, SampleBatch batch, int index, TensorBuffer images, bool npy)
    {
        var sample = batch.Samples[index];
        var image = images.Sample(index);
        if (npy)
        {
            folder.WriteNpy(sample, new TensorShape(images.Shape.Dimensions[1..]), image);
        }

        if (!TensorPrimitives.IsFiniteAll<float>(image) || !TensorPrimitives.IsFiniteAll<float>(batch.Target.Sample(index)))
        {
            Console.Error.WriteLine($"perceptual-eval: '{sample.Id}' has no PNG: latents or image are not finite.");
            return false;
        }

        var size = new ImageSize((int)images.Shape[^2], (int)images.Shape[^1]);
        if (images.Shape.Rank == 4)
        {
            folder.WritePng(sample, image, size);
        }
        else
        {
            WriteFrames(folder, sample, image, (int)images.Shape[2], size);
        }

        return true;
    }

    private static void WriteFrames(OutputFolder folder, Sample sample, ReadOnlySpan<float> video, int frames, ImageSize size)
    {
        var plane = size.Height * size.Width;
        var image = new float[3 * plane];
        for (var frame = 0; frame < frames; frame++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                video.Slice(((channel * frames) + frame) * plane, plane).CopyTo(image.AsSpan(channel * plane));
            }

            folder.WriteFrame(sample, frame, image, size);
        }
    }
}
