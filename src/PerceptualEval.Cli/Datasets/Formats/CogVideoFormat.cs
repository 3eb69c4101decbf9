namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>CogVideo's finetune scripts: <c>cache/video_latent/{model}/{FxHxW}/{name}.safetensors</c>.</summary>
internal sealed class CogVideoFormat : LatentFormat
{
    public override string Name => "cogvideo";

    public override string Writer => "CogVideo finetune";

    public override RecognisedFile? Recognise(LatentFile file) => file.Container == "safetensors" && file.Find("encoded_video") is { Shape.Rank: 4 } tensor
        ? Found(new StoredLatent(tensor, "", LatentLayout.ChannelsFirst, UnitStatement.Model("CogVideo's finetune multiplies by the scaling factor when it caches")))
        : null;
}
