namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>OneTrainer (mgds): <c>image/{group}/variation-N/{i}.pt</c>, a dict with <c>latent_image</c>.</summary>
internal sealed class OneTrainerFormat : LatentFormat
{
    public override string Name => "onetrainer";

    public override string Writer => "OneTrainer";

    // What mgds keeps of all samples together: names and sizes.
    public override bool Skips(CacheFileName file) =>
        file.Has(".pt") && file.Name is "aggregate";

    public override RecognisedFile? Recognise(LatentFile file)
    {
        if (!file.IsTorchDict("latent_image"))
        {
            return null;
        }

        var units = UnitStatement.Raw("OneTrainer caches the posterior's mean and scales it when it trains");
        List<StoredLatent> latents = [];
        foreach (var (name, key) in (ReadOnlySpan<(string, string)>)[("latent_image", ""), ("latent_conditioning_image", "conditioning")])
        {
            if (file.Find(name) is { } tensor)
            {
                latents.Add(new StoredLatent(tensor, key, ImageOrVideo(tensor), units));
            }
        }

        return Found(latents) with { Facts = file.Metadata };
    }
}
