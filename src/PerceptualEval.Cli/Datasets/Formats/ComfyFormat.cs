namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>ComfyUI's SaveLatent: <c>.latent</c>, a safetensors file with <c>latent_tensor</c> and a marker of its version.</summary>
internal sealed class ComfyFormat : LatentFormat
{
    // Files from before the marker hold values that ComfyUI multiplies with this when it loads them.
    private const float UnmarkedFactor = 1 / 0.18215f;

    public override string Name => "comfyui";

    public override string Writer => "ComfyUI .latent";

    public override RecognisedFile? Recognise(LatentFile file)
    {
        if (file.Container != "safetensors" || file.Find("latent_tensor") is not { } tensor)
        {
            return null;
        }

        var isMarked = file.Has("latent_format_version_0");
        var layout = tensor.Shape.Rank == 5 ? LatentLayout.ChannelsFirst : LatentLayout.Image;
        var units = UnitStatement.Raw(isMarked
            ? "ComfyUI keeps latents as the VAE returns them (latent_format_version_0)"
            : "ComfyUI multiplies .latent files without version marker by 1/0.18215, and so does this tool");
        return Found(new StoredLatent(tensor, "", layout, units) { Factor = isMarked ? 1 : UnmarkedFactor });
    }
}
