namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>kohya's sd-scripts, the safetensors layout of its branch <c>new_cache</c>: <c>image_0512x0512_sdxl.safetensors</c>.</summary>
internal sealed class KohyaSafetensorsFormat() : KohyaFormat("safetensors")
{
    public override string Name => "kohya-safetensors";

    public override string Writer => "kohya sd-scripts, .safetensors";

    protected override UnitStatement? Units(LatentFile file, BucketName? name, IReadOnlyList<KohyaKey> keys) =>
        keys.Any(key => key.Size.Length == 0) ? null : KohyaArchitecture.Units(name) ?? (IsForced(file) ? Unknown(name) : null);
}
