namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>LTX-Video-Trainer: <c>latents/{name}.pt</c>, a dict with packed latents <c>[tokens,128]</c> and their size.</summary>
internal sealed class LtxTrainerFormat : LatentFormat
{
    public override string Name => "ltx-trainer";

    public override string Writer => "LTX-Video-Trainer";

    public override RecognisedFile? Recognise(LatentFile file)
    {
        if (!file.IsTorchDict("latents") || file.Find("latents") is not { Shape.Rank: 2 or 3 } tensor
            || file.Number("num_frames") is not { } frames || file.Number("height") is not { } height || file.Number("width") is not { } width
            || (tensor.Shape.Rank == 3 && tensor.Shape[^1] != 128))
        {
            return null;
        }

        // Size and frames are those of the latent, not of the video.
        return Found(new StoredLatent(tensor, "", LatentLayout.Tokens, UnitStatement.Model("LTX-Video-Trainer normalises by mean and std when it caches"))
        {
            Grid = new TokenGrid(frames, height, width),
        }) with
        { Facts = file.Metadata };
    }
}
