namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>PixArt-sigma: <c>img_sdxl_vae_features_512resolution_ms_new/{name}.npy</c>, mean and standard deviation.</summary>
internal sealed class PixArtFormat : LatentFormat
{
    public override string Name => "pixart";

    public override string Writer => "PixArt-sigma";

    public override RecognisedFile? Recognise(LatentFile file) =>
        file.Container == "npy" && file.Bare is { Shape.Rank: 3 or 4 } tensor && (IsFolderOfIts(file.Path) || IsForced(file))
            ? Found(new StoredLatent(tensor, "", LatentLayout.Image, UnitStatement.Raw("PixArt-sigma stores mean and std as the VAE of SDXL returns them", LatentFamily.Sdxl))
            {
                Posterior = PosteriorForm.MeanStd,
            })
            : null;

    // With several resolutions, folders named by aspect ratio lie between.
    private static bool IsFolderOfIts(string path) => path.Contains("_vae_features_", StringComparison.Ordinal)
        && path.Split('/', '\\').SkipLast(1).Any(folder => folder.StartsWith("img_", StringComparison.Ordinal) && folder.Contains("_vae_features_", StringComparison.Ordinal));
}
