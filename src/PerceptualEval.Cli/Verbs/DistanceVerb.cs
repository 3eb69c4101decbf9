using System.CommandLine;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Results;
using PerceptualEval.Inference;
using PerceptualEval.Models;

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

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("distance", "Plain LPIPS between images or folders of images.")
        {
            A, B, CommonOptions.Lpips, Layers, Map, DatasetOptions.AllowMissing, DatasetOptions.Strict,
            CommonOptions.Batch, ExecutionChoice.Device, ExecutionChoice.Threads, ExecutionChoice.Precision, ExecutionChoice.Library, ExecutionChoice.Provider, CommonOptions.Models, CommonOptions.Json,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        if (parsed.GetValue(ExecutionChoice.Precision) == "fp16")
        {
            throw new UsageException("--precision fp16 is for decoders and encoders; distance has none. Expected fp32 or tf32.");
        }

        var dataset = Dataset.OpenImages(parsed.GetRequiredValue(A), parsed.GetRequiredValue(B), DatasetOptions.Rules(parsed));
        var map = parsed.GetValue(Map);
        RequireMappable(map, dataset);
        using var lpips = new PerceptualNetwork(
            DefaultModels.Find(CommonOptions.Store(parsed), parsed.GetValue(CommonOptions.Lpips), ModelKind.Lpips), ExecutionChoice.Of(parsed));
        DefaultModels.TellOfApproximations(lpips.Model);
        var pairs = new List<DistancePair>();
        var order = new SampleOrder<DistancePair>();
        var done = 0L;
        var interrupted = false;
        try
        {
            using var progress = ProgressLine.OnStandardError(dataset.SampleCount, "pairs");
            foreach (var batch in BatchReader.Read(dataset, CommonOptions.BatchSize(parsed, lpips.Device).Size, interrupt))
            {
                using (batch)
                {
                    pairs.AddRange(order.Add(batch, Compare(batch, lpips, parsed.GetValue(Layers), map)));
                    progress.Report(done += batch.Samples.Count);
                }

                interrupt.ThrowIfCancellationRequested();
            }

            pairs.AddRange(order.TakeHeld());
        }
        catch (OperationCanceledException)
        {
            interrupted = true;
        }

        Show(parsed, Provenance.Of(lpips), pairs);
        var code = DatasetReport.Write(dataset);
        return interrupted ? Interrupted(pairs.Count, dataset) : Gate(pairs) is var gate and not ExitCode.Ok ? gate : code;
    }

    private static ExitCode Interrupted(int done, Dataset dataset)
    {
        var all = dataset.SampleCount is { } count ? FormattableString.Invariant($" of {count}") : string.Empty;
        Console.Error.WriteLine(FormattableString.Invariant($"perceptual-eval: interrupted; the results are those of the first {done}{all} pairs."));
        return ExitCode.Interrupted;
    }

    private static ExitCode Gate(List<DistancePair> pairs)
    {
        var nonFinite = pairs.FindAll(pair => !double.IsFinite(pair.Distance));
        if (nonFinite.Count == 0)
        {
            return ExitCode.Ok;
        }

        Console.Error.WriteLine(FormattableString.Invariant(
            $"perceptual-eval: not finite, and in no average: {nonFinite.Count} of {pairs.Count} pairs, the first '{nonFinite[0].Id}'."));
        return ExitCode.GateFailed;
    }

    private static DistancePair[] Compare(SampleBatch batch, PerceptualNetwork lpips, bool layers, string? map)
    {
        BatchCheck.Image(batch.Samples[0].Target.Tensor, lpips);
        using var a = lpips.Features(batch.Target);
        using var b = lpips.Features(batch.Pred);
        var distances = lpips.Distance(a, b);
        var pairs = batch.Samples.Select((sample, i) => new DistancePair(sample.Id, Total(batch, i, distances[i]), layers ? distances[i].Layers : null)).ToArray();

        // What is not finite has no picture; the run ends with 1 and says so.
        if (map is not null && double.IsFinite(pairs[0].Distance))
        {
            using var values = lpips.SpatialMap(a, b);
            WriteMap(map, values.Span, new ImageSize((int)values.Shape[2], (int)values.Shape[3]), pairs[0].Distance);
        }

        return pairs;
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

        OutputFile.RequireWritable(map);
    }

    private static void WriteMap(string path, ReadOnlySpan<float> map, ImageSize size, double distance)
    {
        if (Path.GetExtension(path).Equals(".npy", StringComparison.OrdinalIgnoreCase))
        {
            OutputFile.WriteNpy(path, new Tensors.TensorShape(size.Height, size.Width), map);
        }
        else
        {
            OutputFile.WriteHeatMap(path, map, size, distance);
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
