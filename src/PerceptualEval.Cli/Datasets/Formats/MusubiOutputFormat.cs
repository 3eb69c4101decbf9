namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>What musubi-tuner's generate scripts write with <c>--output_type latent</c>: <c>{time}_{seed}_latent.safetensors</c>.</summary>
internal sealed class MusubiOutputFormat : LatentFormat
{
    public override string Name => "musubi-output";

    public override string Writer => "musubi-tuner, generated latents";

    public override RecognisedFile? Recognise(LatentFile file)
    {
        if (file.Container != "safetensors" || file.Tensors is not [{ Name: "latent" } tensor]
            || !(IsForced(file) || (file.Metadata.ContainsKey("seeds") && file.Metadata.ContainsKey("prompt"))))
        {
            return null;
        }

        // One clip [C,F,h,w] or a batch of them; images of the 2-D models are batches too.
        var layout = file.Metadata.ContainsKey("video_length") || tensor.Shape.Rank == 5 ? LatentLayout.ChannelsFirst : LatentLayout.Image;
        return Found(new StoredLatent(tensor, "", layout, UnitStatement.Model("musubi-tuner writes generated latents before it scales them back"))) with { Facts = file.Metadata };
    }
}
