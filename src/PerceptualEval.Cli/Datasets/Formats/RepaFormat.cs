namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>The dataset tools of EDM2 and REPA: <c>00000/img-mean-std-00000042.npy</c> beside <c>00000/img00000042.png</c>.</summary>
internal sealed class RepaFormat : LatentFormat
{
    private const string Infix = "img-mean-std-";

    public override string Name => "edm2";

    public override string Writer => "EDM2 and REPA dataset tools";

    public override SourceId? Source(CacheFileName file)
    {
        var name = file.Name;
        return file.Has(".npy") && name.StartsWith(Infix)
            ? new SourceId($"{file.Id.AsSpan(..^name.Length)}img{name[Infix.Length..]}", file.Id)
            : null;
    }

    public override RecognisedFile? Recognise(LatentFile file) =>
        file.Container == "npy" && (file.Stem.StartsWith(Infix, StringComparison.Ordinal) || IsForced(file)) && file.Bare is { } tensor
            ? Found(new StoredLatent(tensor, "", LatentLayout.Image, UnitStatement.Raw("EDM2's and REPA's tools store mean and std as the VAE of SD returns them", LatentFamily.Sd))
            {
                Posterior = PosteriorForm.MeanStd,
            })
            : null;
}
