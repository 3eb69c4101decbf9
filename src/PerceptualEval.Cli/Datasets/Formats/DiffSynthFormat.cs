using System.Globalization;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>DiffSynth-Studio: <c>{rank}/{id}.pth</c>, a tuple of dicts of which one holds <c>input_latents</c>.</summary>
/// <remarks>The dicts hold whatever the pipeline passed on; files that pickle other objects than tensors are refused by the reader.</remarks>
internal sealed class DiffSynthFormat : LatentFormat
{
    private const string Key = "input_latents";

    public override string Name => "diffsynth";

    public override string Writer => "DiffSynth-Studio";

    public override RecognisedFile? Recognise(LatentFile file)
    {
        if (file.Container != "torch")
        {
            return null;
        }

        var latents = file.Tensors.Where(tensor => tensor.Name == Key || IsInTuple(tensor.Name)).ToArray();
        return latents.Length == 0 ? null : Found([.. latents.Select((tensor, i) => new StoredLatent(
            tensor,
            i == 0 ? "" : i.ToString(CultureInfo.InvariantCulture),
            tensor.Shape.Rank == 5 ? LatentLayout.ChannelsFirst : LatentLayout.Image,
            UnitStatement.Model("DiffSynth caches what it trains on")))]);
    }

    private static bool IsInTuple(string name) =>
        name.EndsWith("/" + Key, StringComparison.Ordinal) && name.AsSpan(..^(Key.Length + 1)).ContainsAnyExceptInRange('0', '9') is false;
}
