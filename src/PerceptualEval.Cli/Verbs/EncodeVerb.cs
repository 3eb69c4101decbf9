using System.CommandLine;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>encode</c>: images → latents.</summary>
internal static class EncodeVerb
{
    private static readonly Argument<string> Images = new("IMAGES") { Description = "An image, a tensor file of images in [-1,1], or a folder of them." };

    private static readonly Option<string?> Encoder = new("--encoder")
    {
        HelpName = "MODEL",
        Description = $"VAE encoder: a model's name or the path of its folder. [default: {DefaultModels.Encoder}, an approximation of TAEF2's]",
    };

    private static readonly Option<string> Out = new("--out")
    {
        HelpName = "DIR",
        Description = "The folder for the latents: one ID.npy per image, float32 [C,h,w] in the encoder's units.",
        Required = true,
    };

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("encode", "Images → latents (the posterior mean).")
        {
            Images, Encoder, Out, DatasetOptions.Strict, CommonOptions.Batch, ExecutionChoice.Device, ExecutionChoice.Threads, ExecutionChoice.Precision, ExecutionChoice.Library, ExecutionChoice.Provider, CommonOptions.Models,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var dataset = Dataset.Open([new DatasetInput("IMAGES", parsed.GetRequiredValue(Images), SourceKind.Image)], DatasetOptions.Rules(parsed));
        var folder = new OutputFolder(parsed.GetRequiredValue(Out));
        using var encoder = new ImageEncoder(
            DefaultModels.Find(CommonOptions.Store(parsed), parsed.GetValue(Encoder), ModelKind.Encoder), ExecutionChoice.Of(parsed));
        DefaultModels.TellOfApproximations(encoder.Model);
        var done = 0L;
        using (var progress = ProgressLine.OnStandardError(dataset.SampleCount, "latents"))
        {
            foreach (var batch in BatchReader.Read(dataset, CommonOptions.BatchSize(parsed, encoder.Device).Size, interrupt))
            {
                using (batch)
                {
                    RequireMultiple(batch.Samples[0].Target.Tensor, encoder);
                    using var latents = encoder.Encode(batch.Target);
                    for (var i = 0; i < batch.Samples.Count; i++)
                    {
                        folder.WriteNpy(batch.Samples[i], new TensorShape(latents.Shape.Dimensions[1..]), latents.Sample(i));
                    }

                    progress.Report(done += batch.Samples.Count);
                }
            }
        }

        ExecutionChoice.TellOfOverflow(encoder.Model, encoder.Recomputed);
        var code = DatasetReport.Write(dataset);
        var units = encoder.LatentSpace.Units.ToString().ToLowerInvariant();
        Console.Error.WriteLine(FormattableString.Invariant(
            $"{done} written to '{parsed.GetRequiredValue(Out)}': latents in {units} units of '{encoder.Model.Name}'."));
        return code;
    }

    private static void RequireMultiple(SampleTensor image, ImageEncoder encoder)
    {
        var factor = encoder.LatentSpace.SpatialFactor;
        if (image.SampleShape[1] % factor != 0 || image.SampleShape[2] % factor != 0)
        {
            throw new DatasetException($"{image}; encoder '{encoder.Model.Name}' takes sides that are multiples of {factor}. Crop or resize the image.");
        }
    }
}
