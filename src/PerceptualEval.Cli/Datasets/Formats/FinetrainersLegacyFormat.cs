namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>The first finetrainers: <c>video_latents/{name}.pt</c> and <c>image_latents/{name}.pt</c>, and Mochi's <c>{name}.latent.pt</c>; all posteriors.</summary>
internal sealed class FinetrainersLegacyFormat : LatentFormat
{
    public override string Name => "finetrainers-legacy";

    public override string Writer => "finetrainers, before 2025";

    public override SourceId? Source(CacheFileName file) =>
        file.Has(".pt") && file.Id.EndsWith(".latent", StringComparison.Ordinal) ? new SourceId(file.Id[..^".latent".Length], file.Id) : null;

    public override RecognisedFile? Recognise(LatentFile file)
    {
        var tensor = file.IsTorchDict("ldist") ? file.Find("ldist")
            : file.Container == "torch" && (file.FolderName is "video_latents" or "image_latents" || IsForced(file)) ? file.Bare
            : null;
        return tensor is not { Shape.Rank: 4 or 5 }
            ? null
            : Found(new StoredLatent(tensor, "", LatentLayout.ChannelsFirst, UnitStatement.Raw("finetrainers stored the encoder's posterior and scaled it when it trained"))
            {
                Posterior = PosteriorForm.MeanLogVariance,
            });
    }
}
