using System.CommandLine;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Results;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>distance</c>: plain LPIPS between images or folders of images.</summary>
internal static class DistanceVerb
{
    private static readonly Argument<string> A = new("A") { Description = "An image, a tensor file of images in [-1,1], or a folder of them." };

    private static readonly Argument<string> B = new("B") { Description = "What A is compared with; folders pair by relative path without extension." };

    private static readonly Option<bool> Layers = new("--layers") { Description = "Also every layer's share of the distance." };

    private static readonly Option<string?> Map = new("--map")
    {
        HelpName = "OUT.png|.npy",
        Description = "Where in the image the two differ: a heat map, or the float map [H,W]. One pair only.",
    };

    private static readonly Option<bool> AllowMissing = new("--allow-missing") { Description = "Leave out what has no partner instead of refusing." };

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("distance", "Plain LPIPS between images or folders of images.")
        {
            A, B, CommonOptions.Lpips, Layers, Map, AllowMissing,
            CommonOptions.Batch, CommonOptions.Device, CommonOptions.Threads, CommonOptions.Models, CommonOptions.Json,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var dataset = Dataset.OpenImages(parsed.GetRequiredValue(A), parsed.GetRequiredValue(B), parsed.GetValue(AllowMissing));
        var map = parsed.GetValue(Map);
        RequireMappable(map, dataset);
        using var lpips = new PerceptualNetwork(
            CommonOptions.Store(parsed).Find(parsed.GetRequiredValue(CommonOptions.Lpips), ModelKind.Lpips), CommonOptions.Execution(parsed));
        var pairs = new List<DistancePair>();
        var interrupted = false;
        try
        {
            using var progress = ProgressLine.OnStandardError(dataset.SampleCount, "pairs");
            foreach (var batch in BatchReader.Read(dataset, CommonOptions.BatchSize(parsed, lpips.Device), interrupt))
            {
                using (batch)
                {
                    pairs.AddRange(Compare(batch, lpips, parsed.GetValue(Layers), map));
                }

                progress.Report(pairs.Count);
                interrupt.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            interrupted = true;
        }

        Show(parsed, Provenance.Of(lpips), pairs);
        if (dataset.Warning is { } warning)
        {
            Console.Error.WriteLine($"perceptual-eval: {warning}");
        }

        return interrupted ? ExitCode.Interrupted : pairs.All(pair => double.IsFinite(pair.Distance)) ? ExitCode.Ok : ExitCode.GateFailed;
    }

    private static IEnumerable<DistancePair> Compare(SampleBatch batch, PerceptualNetwork lpips, bool layers, string? map)
    {
        BatchCheck.Image(batch.Samples[0].Target.Tensor, lpips);
        using var a = lpips.Features(batch.Target);
        using var b = lpips.Features(batch.Pred);
        var distances = lpips.Distance(a, b);
        if (map is not null)
        {
            using var values = lpips.SpatialMap(a, b);
            WriteMap(map, values.Span, new ImageSize((int)values.Shape[2], (int)values.Shape[3]), distances[0].Total);
        }

        return batch.Samples.Select((sample, i) => new DistancePair(sample.Id, Total(batch, i, distances[i]), layers ? distances[i].Layers : null));
    }

    // A network may swallow a NaN (max(NaN, 0) is 0): what went in decides.
    private static double Total(SampleBatch batch, int index, PerceptualDistance distance) =>
        batch.Tensors.All(tensor => System.Numerics.Tensors.TensorPrimitives.IsFiniteAll<float>(tensor.Sample(index))) ? distance.Total : double.NaN;

    private static void RequireMappable(string? map, Dataset dataset)
    {
        if (map is null)
        {
            return;
        }

        if (Path.GetExtension(map).ToLowerInvariant() is not (".png" or ".npy"))
        {
            throw new UsageException($"--map '{map}': expected a name that ends in .png or .npy.");
        }

        if (dataset.SampleCount != 1)
        {
            throw new UsageException($"--map takes one pair of images; these are {dataset.SampleCount?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "many"}.");
        }
    }

    private static void WriteMap(string path, ReadOnlySpan<float> map, ImageSize size, double distance)
    {
        if (Path.GetExtension(path).Equals(".npy", StringComparison.OrdinalIgnoreCase))
        {
            NpyFile.Write(path, new Tensors.TensorShape(size.Height, size.Width), map);
        }
        else
        {
            HeatMap.Write(path, map, size, distance);
        }
    }

    private static void Show(ParseResult parsed, DistanceProvenance provenance, IReadOnlyList<DistancePair> pairs)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            using var output = new StandardOutput(Console.OpenStandardOutput());
            DistanceJson.Write(output, provenance, pairs);
        }
        else
        {
            DistanceTable.Write(ResultConsole.StandardOutput(), provenance, pairs);
        }
    }
}
