using System.Text.RegularExpressions;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>fast-DiT: <c>imagenet256_features/{i}.npy</c>, scaled latents <c>[1,4,32,32]</c>; its labels lie in another folder.</summary>
internal sealed partial class FastDitFormat : LatentFormat
{
    public override string Name => "fast-dit";

    public override string Writer => "fast-DiT";

    public override RecognisedFile? Recognise(LatentFile file) =>
        file.Container == "npy" && file.Bare is { Shape.Rank: 4 } tensor && tensor.Shape[0] == 1 && (Folder().IsMatch(file.FolderName) || IsForced(file))
            ? Found(new StoredLatent(tensor, "", LatentLayout.Image, UnitStatement.Model("fast-DiT multiplies by 0.18215 before it stores", LatentFamily.Sd)))
            : null;

    [GeneratedRegex("^imagenet[0-9]+_features$", RegexOptions.CultureInvariant)]
    private static partial Regex Folder();
}
