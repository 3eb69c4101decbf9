namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>What the two containers of sd-scripts' caches have in common: names, keys, and perhaps several sizes of an image in one file.</summary>
/// <param name="container">npz or safetensors.</param>
internal abstract class KohyaFormat(string container) : LatentFormat
{
    private readonly string _extension = "." + container;

    public override SourceId? Source(CacheFileName file) =>
        file.Has(_extension) && BucketName.Parse(file.Id) is { } name && KohyaArchitecture.Units(name) is not null ? name.Source : null;

    public override RecognisedFile? Recognise(LatentFile file)
    {
        if (file.Container != container)
        {
            return null;
        }

        var keys = file.Tensors.Select(tensor => (Tensor: tensor, Key: KohyaKey.Parse(tensor.Name)!)).ToArray();
        var name = BucketName.Parse(file.Stem);
        if (keys.Any(item => item.Key is null) || !keys.Any(item => item.Key.IsLatents) || Units(file, name, [.. keys.Select(item => item.Key)]) is not { } units)
        {
            return null;
        }

        var latents = keys.Where(item => item.Key.IsLatents).ToArray();
        var severalSizes = latents.Select(item => item.Key.Size).Distinct().Count() > 1;
        return Found([.. latents.Select(item => new StoredLatent(item.Tensor, item.Key.Variant(severalSizes), ImageOrVideo(item.Tensor), units))]) with
        {
            Facts = file.Metadata,
            FactTensors = keys.Where(item => item.Key.Content is "original_size" or "crop_ltrb").ToDictionary(item => item.Tensor.Name, item => item.Tensor),
        };
    }

    /// <summary>The units of a file's latents; null where it is not of this container's layout, or of somebody else.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">Its name taken apart; null where it is another.</param>
    /// <param name="keys">Its keys, all of them sd-scripts'.</param>
    protected abstract UnitStatement? Units(LatentFile file, BucketName? name, IReadOnlyList<KohyaKey> keys);

    /// <summary>What is known of a file's units whose name does not end in one of the models known here.</summary>
    protected static UnitStatement Unknown(BucketName? name) => UnitStatement.Open(name is null
        ? "sd-scripts names the model at the end of a file's name, this one does not"
        : $"sd-scripts' architecture '{name.Architecture}' is not known here");
}
