using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.Cli.Datasets.Formats;
using PerceptualEval.Cli.Datasets.Reading;
using PerceptualEval.Cli.Images;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Inspection;

/// <summary>Finds out what a file is: its format from names and keys, its numbers from all its values.</summary>
/// <param name="reading">What the user says.</param>
/// <param name="models">The installed models, for the command that scores the file.</param>
internal sealed class FileInspector(LatentReading reading, IReadOnlyList<Model> models)
{
    // Facts come from small integer tensors: sizes and crops. Anything longer is none.
    private const int MostFactValues = 16;

    /// <summary>Inspects one file.</summary>
    /// <exception cref="DatasetException">The file is a cache of something else than latents, or is damaged.</exception>
    /// <exception cref="TensorFileException">The tensor file can't be read.</exception>
    /// <exception cref="ImageFileException">The picture can't be read.</exception>
    public FileInspection Inspect(string path)
    {
        var id = LatentFormats.Source(new CacheFileName(path, FileExtensions.Strip(Path.GetFileName(path)))).Image;
        if (!FileExtensions.IsTensor(path) && FileExtensions.Belongs(path, SourceKind.Image))
        {
            var size = ImageFile.ReadSize(path);
            return new FileInspection(path, "picture", Path.GetExtension(path)[1..].ToLowerInvariant(), null, null, id, [], [], new Dictionary<string, string> { ["size"] = $"{size}" }, [], null);
        }

        var onDisk = new FileOnDisk(id, path);
        using var file = onDisk.OpenTensors();
        var recognised = LatentFormats.Recognise(LatentFile.Of(onDisk, file, reading));
        return IsNoLatents(recognised) ? Tensors(file, id) : Latents(onDisk, file, recognised);
    }

    /// <summary>Whether a file of no known writer holds a tensor that can't be a latent: a checkpoint, embeddings, anything.</summary>
    public static bool IsNoLatents(RecognisedFile recognised) => recognised.Format is PlainFormat
        && (recognised.Latents.Count == 0 || recognised.Latents.Any(latent => latent.Entry.Shape.Rank is < 3 or > 5 || latent.Entry.Shape.ElementCount == 0));

    private static FileInspection Tensors(TensorFile file, string id) =>
        new(file.Path, "tensors that are no latents", file.Format, null, null, id, [], [.. file.Tensors.Select(Describe)], new Dictionary<string, string>(), [], null);

    private static InspectedTensor Describe(TensorEntry entry) => new(entry.Name, $"{entry.Type}", entry.Shape.ToArray());

    private static InspectedLatent Describe(SampleTensor tensor, SampleReader reader)
    {
        var statistics = LatentStatistics.Of(tensor, reader);
        var stored = tensor.Stored!;
        return new InspectedLatent(
            tensor.Name,
            $"{stored.Entry.Type}",
            tensor.Shape.ToArray(),
            tensor.Key,
            tensor.SampleShape.ToArray(),
            tensor.Count,
            stored.Units.Units?.ToString().ToLowerInvariant(),
            stored.Units.Evidence,
            stored.Posterior switch
            {
                PosteriorForm.None => null,
                PosteriorForm.MeanLogVariance => "mean and log variance",
                PosteriorForm.MeanStd => "mean and standard deviation",
                _ => "mean and a variance of unknown form",
            },
            statistics.NonFinite,
            statistics.Std,
            statistics.Channels);
    }

    private static Dictionary<string, string> FactsOf(TensorFile file, RecognisedFile recognised)
    {
        var facts = new Dictionary<string, string>(recognised.Facts);
        foreach (var (name, entry) in recognised.FactTensors.Where(fact => fact.Value.Shape.ElementCount <= MostFactValues))
        {
            using var values = file.Read(entry);
            facts[name] = string.Join(',', values.Span.ToArray().Select(value => FormattableString.Invariant($"{value}")));
        }

        return facts;
    }

    private FileInspection Latents(FileOnDisk onDisk, TensorFile file, RecognisedFile recognised)
    {
        // Layouts of plain files are the user's to say: shapes of clips are shown as such.
        var isClip = recognised.Format is PlainFormat && recognised.Latents.All(latent => latent.Entry.Shape.Rank == 5);
        var said = isClip && reading.Layout == SampleLayout.Image ? reading with { Layout = SampleLayout.ChannelsFrames } : reading;
        var read = isClip ? LatentFormats.Recognise(LatentFile.Of(onDisk, file, said)) : recognised;
        var tensors = SampleTensor.Of(onDisk, file, read, said);
        using var reader = new SampleReader(1);
        var latents = tensors.Select(tensor => Describe(tensor, reader)).ToArray();
        var names = latents.Select(latent => latent.Name).ToHashSet(StringComparer.Ordinal);
        return new FileInspection(
            file.Path,
            "latents",
            file.Format,
            recognised.Format.Name,
            recognised.Format.Writer,
            onDisk.Id,
            latents,
            [.. file.Tensors.Where(entry => !names.Contains(entry.Name)).Select(Describe)],
            FactsOf(file, recognised),
            [.. Hints(tensors, latents)],
            ScoreCommand.For(file.Path, tensors[0], models));
    }

    private IEnumerable<string> Hints(IReadOnlyList<SampleTensor> tensors, InspectedLatent[] latents)
    {
        for (var i = 0; i < latents.Length; i++)
        {
            var name = latents[i].Name.Length == 0 ? "the tensor" : $"'{latents[i].Name}'";
            if (latents[i].NonFinite > 0)
            {
                yield return FormattableString.Invariant($"{name}: {latents[i].NonFinite} values are NaN or infinite; samples that hold them get no score.");
            }

            if (UnitHint.Of(latents[i].SampleShape[0], tensors[i].Units ?? reading.Units, latents[i].Std) is { } hint)
            {
                yield return $"{name}: {hint}";
            }

            if (latents[i].Channels.Any(channel => channel is { Std: 0 }))
            {
                yield return $"{name}: a channel has one value only; musubi-tuner writes 0 where the encoder returned NaN.";
            }
        }
    }
}
