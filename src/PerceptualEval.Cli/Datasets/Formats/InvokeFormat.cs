using System.Text.RegularExpressions;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>InvokeAI: <c>outputs/tensors/…/Tensor_{uuid}</c>, a tensor alone that lives as long as the server.</summary>
internal sealed partial class InvokeFormat : LatentFormat
{
    public override string Name => "invokeai";

    public override string Writer => "InvokeAI";

    /// <summary>Whether a file that has no extension is named as InvokeAI names its tensors.</summary>
    public static bool IsName(ReadOnlySpan<char> name) => TensorName().IsMatch(name);

    public override RecognisedFile? Recognise(LatentFile file) =>
        file.Container == "torch" && file.Bare is { Shape.Rank: 3 or 4 } tensor && (TensorName().IsMatch(file.Stem) || IsForced(file))
            ? Found(new StoredLatent(tensor, "", LatentLayout.Image, UnitStatement.Model("InvokeAI multiplies by the scaling factor when it encodes")))
            : null;

    [GeneratedRegex("^Tensor_[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$", RegexOptions.CultureInvariant)]
    private static partial Regex TensorName();
}
