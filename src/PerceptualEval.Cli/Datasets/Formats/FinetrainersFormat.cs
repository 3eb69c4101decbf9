using System.Text.RegularExpressions;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>finetrainers: <c>finetrainers-precomputed-data/latent-{i}.pt</c>, posteriors with a batch dimension.</summary>
/// <remarks>Written by <c>finetrainers/data/precomputation.py</c>; CogVideoX is frames first, the others channels first.</remarks>
internal sealed partial class FinetrainersFormat : LatentFormat
{
    // Twice the channels of CogVideoX, Wan and HunyuanVideo; of LTX; of Mochi.
    private static readonly long[] PosteriorChannels = [32, 256, 24];

    public override string Name => "finetrainers";

    public override string Writer => "finetrainers";

    public override RecognisedFile? Recognise(LatentFile file)
    {
        var folderOfIts = file.FolderName.StartsWith("finetrainers-precomputed", StringComparison.Ordinal);
        if (!file.IsTorchDict("latents") || !(Latent().IsMatch(file.Stem) || folderOfIts || IsForced(file) || file.Has("latents_mean", "latents_std")))
        {
            return null;
        }

        var tensor = file.Find("latents")!;
        return tensor.Shape.Rank == 5 ? Found(Describe(file, tensor)) with { Facts = file.Metadata } : null;
    }

    private static StoredLatent Describe(LatentFile file, TensorEntry tensor)
    {
        var (second, third) = (tensor.Shape[1], tensor.Shape[2]);
        var framesFirst = PosteriorChannels.Contains(third) && !file.Has("latents_mean");
        if (framesFirst && PosteriorChannels.Contains(second))
        {
            throw file.Refuse($"shape {tensor.Shape}; {second} or {third} may be its channels: [B,2C,F,h,w] or [B,F,2C,h,w]. Convert it, one sample [C,F,h,w] a file.", tensor);
        }

        var isPosterior = framesFirst || PosteriorChannels.Contains(second);
        return new StoredLatent(tensor, "", framesFirst ? LatentLayout.FramesFirst : LatentLayout.ChannelsFirst,
            UnitStatement.Raw("finetrainers stores what the VAE encoder returns and scales it when it trains"))
        {
            Posterior = isPosterior ? PosteriorForm.MeanLogVariance : PosteriorForm.None,
        };
    }

    [GeneratedRegex("^latent-[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Latent();
}
