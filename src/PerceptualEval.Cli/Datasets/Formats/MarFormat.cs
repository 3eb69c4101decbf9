namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>MAR: <c>{image}.npz</c> with <c>moments</c> and <c>moments_flip</c>, mean and logarithm of the variance.</summary>
internal sealed class MarFormat : LatentFormat
{
    public override string Name => "mar";

    public override string Writer => "MAR";

    public override RecognisedFile? Recognise(LatentFile file)
    {
        if (file.Container != "npz" || file.Find("moments") is not { } moments)
        {
            return null;
        }

        List<StoredLatent> found = [Describe(moments, "")];
        if (file.Find("moments_flip") is { } flipped)
        {
            found.Add(Describe(flipped, StoredLatent.Flipped));
        }

        return Found(found);
    }

    private static StoredLatent Describe(TensorFiles.TensorEntry tensor, string key) =>
        new(tensor, key, LatentLayout.Image, UnitStatement.Raw("MAR stores the encoder's posterior and scales by 0.2325 when it trains"))
        {
            Posterior = PosteriorForm.MeanLogVariance,
        };
}
