using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>What results depend on, gathered from what was loaded.</summary>
internal static class Provenance
{
    /// <summary>The field that says whether decoded images were clamped.</summary>
    public const string ClampField = "clamp";

    /// <summary>The field with the side of tiles; missing where images were decoded as a whole.</summary>
    public const string TileField = "tile";

    public static ScoreProvenance Of(LatentPerceptualLoss loss, BatchSize batchSize, Shard? shard = null) => new(
        ToolVersion.Text,
        InferenceRuntime.Version,
        $"{loss.Decoder.Device}",
        Identity(loss.Decoder.Model),
        Identity(loss.Lpips.Model),
        loss.Options.Weights,
        (loss.Options.Units ?? loss.Decoder.LatentSpace.Units).ToString().ToLowerInvariant(),
        loss.Options.Resize.ToString().ToLowerInvariant())
    {
        More = Further(loss, batchSize, shard),
    };

    public static ScoreProvenance Of(IReadOnlyList<Model> decoders, LatentPerceptualLoss loss, BatchSize batchSize, Shard? shard = null) =>
        Of(loss, batchSize, shard) with { Decoder = null, Decoders = [.. decoders.Select(Identity)] };

    public static DistanceProvenance Of(PerceptualNetwork lpips) => new(ToolVersion.Text, InferenceRuntime.Version, $"{lpips.Device}", Identity(lpips.Model));

    private static Dictionary<string, object> Further(LatentPerceptualLoss loss, BatchSize batchSize, Shard? shard)
    {
        var further = new Dictionary<string, object> { [ClampField] = loss.Options.Clamp, ["batch"] = batchSize.Asked };
        if (loss.Options.Tiling is { } tiling)
        {
            further[TileField] = tiling.Size;
        }

        if (loss.Decoder.Precision != ComputePrecision.Float32)
        {
            further["precision"] = ExecutionChoice.NameOf(loss.Decoder.Precision);
            if (loss.Decoder.Precision == ComputePrecision.Float16)
            {
                further["float16_sha256"] = loss.Decoder.Model.Manifest.Graphs[Model.Float16Role("decoder")].Sha256;
            }
        }

        if (shard is not null)
        {
            further[ResultRun.ShardField] = shard.ToString();
        }

        return further;
    }

    /// <summary>A model as results name it.</summary>
    public static ModelIdentity Identity(Model model) => new(model.Name, model.Sha256) { Approximates = model.Manifest.Approximates?.Model };
}
