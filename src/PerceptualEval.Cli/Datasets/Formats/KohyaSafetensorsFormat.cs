namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>kohya's sd-scripts, the safetensors layout of its branch <c>new_cache</c>: <c>image_0512x0512_sdxl.safetensors</c>.</summary>
internal sealed class KohyaSafetensorsFormat : LatentFormat
{
    public override string Name => "kohya-safetensors";

    public override string Writer => "kohya sd-scripts, .safetensors";

    public override SourceId? Source(CacheFileName file) =>
        file.Has(".safetensors") && BucketName.TryParse(file.Id, out var name) && KohyaArchitecture.Units(name) is not null
            ? name.Source
            : null;

    public override RecognisedFile? Recognise(LatentFile file)
    {
        if (file.Container != "safetensors" || !BucketName.TryParse(file.Stem, out var name) || KohyaArchitecture.Units(name) is not { } units)
        {
            return null;
        }

        var keys = file.Tensors.Select(tensor => (Tensor: tensor, Key: KohyaKey.Parse(tensor.Name))).ToArray();
        if (keys.Any(item => item.Key is null or { Size: "" }) || !keys.Any(item => item.Key!.IsLatents))
        {
            return null;
        }

        var latents = keys.Where(item => item.Key!.IsLatents).ToArray();
        var severalSizes = latents.Select(item => item.Key!.Size).Distinct().Count() > 1;
        return Found([.. latents.Select(item => new StoredLatent(item.Tensor, item.Key!.Variant(severalSizes), ImageOrVideo(item.Tensor), units))]) with
        {
            Facts = file.Metadata,
        };
    }
}
