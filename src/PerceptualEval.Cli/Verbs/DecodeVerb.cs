using System.CommandLine;
using System.Numerics.Tensors;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Results;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>decode</c>: latents → PNG files, and float tensors.</summary>
internal static class DecodeVerb
{
    private static readonly Argument<string> Latents = new("LATENTS") { Description = "A tensor file of latents, or a folder of them." };

    private static readonly Option<string> Decoder = new("--decoder")
    {
        HelpName = "MODEL",
        Description = "VAE decoder: a model's name or the path of its folder.",
        Required = true,
    };

    private static readonly Option<string> Out = new("--out") { HelpName = "DIR", Description = "The folder for the images: one ID.png per latent.", Required = true };

    private static readonly Option<bool> Npy = new("--npy") { Description = "Also ID.npy: float32 [3,H,W] in [-1,1], not clamped." };

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("decode", "Latents → PNG files (and float tensors).")
        {
            Latents, Decoder, Out, Npy, CommonOptions.Units, CommonOptions.Tile,
            CommonOptions.Batch, CommonOptions.Device, CommonOptions.Threads, CommonOptions.Models,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var dataset = Dataset.Open([new DatasetInput("LATENTS", parsed.GetRequiredValue(Latents), SourceKind.Latent)], allowMissing: false);
        var folder = new OutputFolder(parsed.GetRequiredValue(Out));
        var units = CommonOptions.LatentUnits(parsed);
        var store = CommonOptions.Store(parsed);
        var tiling = CommonOptions.Tiling(parsed);
        using var decoder = new LatentDecoder(store.Find(parsed.GetRequiredValue(Decoder), ModelKind.Decoder), CommonOptions.Execution(parsed));
        BatchCheck.Units(units, decoder);
        var (done, nonFinite) = (0L, 0L);
        using (var progress = ProgressLine.OnStandardError(dataset.SampleCount, "images"))
        {
            foreach (var batch in BatchReader.Read(dataset, CommonOptions.BatchSize(parsed, decoder.Device), interrupt))
            {
                using (batch)
                {
                    BatchCheck.Latents(batch, decoder, store);
                    using var images = decoder.Decode(batch.Target, units, tiling);
                    for (var i = 0; i < batch.Samples.Count; i++)
                    {
                        nonFinite += Write(folder, batch, i, images, parsed.GetValue(Npy)) ? 0 : 1;
                    }

                    progress.Report(done += batch.Samples.Count);
                }
            }
        }

        Console.Error.WriteLine(FormattableString.Invariant($"{done - nonFinite} of {done} images written to '{parsed.GetRequiredValue(Out)}'."));
        return nonFinite == 0 ? ExitCode.Ok : ExitCode.GateFailed;
    }

    // Returns whether the image is finite: a PNG can't hold what is not.
    private static bool Write(OutputFolder folder, SampleBatch batch, int index, TensorBuffer images, bool npy)
    {
        var sample = batch.Samples[index];
        var image = images.Sample(index);
        var size = new ImageSize((int)images.Shape[2], (int)images.Shape[3]);
        if (npy)
        {
            folder.WriteNpy(sample, new TensorShape(3, size.Height, size.Width), image);
        }

        if (!TensorPrimitives.IsFiniteAll<float>(image) || !TensorPrimitives.IsFiniteAll<float>(batch.Target.Sample(index)))
        {
            Console.Error.WriteLine($"perceptual-eval: '{sample.Id}' has no PNG: latents or image are not finite.");
            return false;
        }

        folder.WritePng(sample, image, size);
        return true;
    }
}
