namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>All formats, and which one a file is of.</summary>
internal static class LatentFormats
{
    // The first that recognises a file has it: those that are told by more come before those that are told by less.
    private static readonly LatentFormat[] Known =
    [
        new TextEncoderFormat(),
        new KohyaNpzFormat(),
        new KohyaSafetensorsFormat(),
        new MusubiFormat(),
        new MusubiOutputFormat(),
        new AiToolkitFormat(),
        new OneTrainerFormat(),
        new LtxTrainerFormat(),
        new FinetrainersFormat(),
        new FinetrainersLegacyFormat(),
        new SimpleTunerFormat(),
        new CogVideoFormat(),
        new DiffusionPipeFormat(),
        new DiffSynthFormat(),
        new ComfyFormat(),
        new InvokeFormat(),
        new LightningDitFormat(),
        new MarFormat(),
        new RepaFormat(),
        new PixArtFormat(),
        new FastDitFormat(),
        new ParquetFormat(),
        new PackedFormat(),
        new PlainFormat(),
    ];

    /// <summary>All formats, in the order in which they are asked.</summary>
    public static IReadOnlyList<LatentFormat> All => Known;

    /// <summary>The names for <c>--format</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Where(format => format is not TextEncoderFormat).Select(format => format.Name)];

    /// <summary>The format of a file and its latents.</summary>
    /// <exception cref="DatasetException">The file holds something else than latents, or is not of the format that the user named.</exception>
    public static RecognisedFile Recognise(LatentFile file)
    {
        if (file.Reading.Format is { } name)
        {
            var format = Array.Find(Known, format => format.Name == name)!;
            return RefuseSharedKeys(file, format.Recognise(file)) ?? throw file.Refuse(
                $"is no file of {format.Writer} ({file.Container} with {Describe(file)}). Leave out --format {name}, or say which files are: --format pred={name} or target={name}.");
        }

        foreach (var format in Known)
        {
            if (RefuseSharedKeys(file, format.Recognise(file)) is { } found)
            {
                return found;
            }
        }

        throw new InvalidOperationException("the last format takes every file");
    }

    /// <summary>The image that a file of a folder was made from.</summary>
    public static SourceId Source(CacheFileName file)
    {
        foreach (var format in Known)
        {
            if (format.Source(file) is { } source)
            {
                return source;
            }
        }

        return new SourceId(file.Id, file.Id);
    }

    /// <summary>Whether a file of a folder is known by its name to hold no latents, though it lies among them.</summary>
    public static bool Skips(CacheFileName file)
    {
        foreach (var format in Known)
        {
            if (format.Skips(file))
            {
                return true;
            }
        }

        return false;
    }

    private static RecognisedFile? RefuseSharedKeys(LatentFile file, RecognisedFile? found)
    {
        if (found?.Latents.GroupBy(latent => latent.Key).FirstOrDefault(group => group.Count() > 1) is { } shared)
        {
            var names = shared.Select(latent => $"'{latent.Entry.Name}'");
            throw file.Refuse($"holds {string.Join(" and ", names)}, which {found.Format.Writer} does not write together. Keep one of them, or read all under their own names with --format plain.");
        }

        return found;
    }

    private static string Describe(LatentFile file) => file.Bare is { } bare
        ? $"one tensor {bare.Shape}"
        : $"tensors {string.Join(", ", file.Tensors.Take(4).Select(tensor => $"'{tensor.Name}'"))}{(file.Tensors.Count > 4 ? ", …" : "")}";
}
