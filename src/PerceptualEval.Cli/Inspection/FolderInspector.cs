using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Archives;
using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.Cli.Datasets.Formats;
using PerceptualEval.Cli.Images;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Inspection;

/// <summary>Groups the files of a folder by what they are. Reads headers only.</summary>
/// <param name="reading">What the user says.</param>
/// <param name="models">The installed models, for the command that scores the files.</param>
internal sealed class FolderInspector(LatentReading reading, IReadOnlyList<Model> models)
{
    private const int ExamplesShown = 3;
    private const int UnreadableShown = 20;

    private readonly Dictionary<(string Content, string Shapes, string? Units), (long Count, List<string> Examples, SampleTensor? First)> _groups = [];
    private readonly List<string> _unreadable = [];
    private long _unreadableCount;

    /// <summary>Inspects a folder; to be called once.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="DatasetException">The folder can't be listed.</exception>
    public FolderInspection Inspect(string root, CancellationToken cancellationToken)
    {
        var files = 0L;
        foreach (var file in Archive.At(root) is { } archive ? archive.Files(kind: null, "") : FilesOf(root))
        {
            cancellationToken.ThrowIfCancellationRequested();
            files++;
            try
            {
                Add(file, root);
            }
            catch (Exception exception) when (exception is DatasetException or TensorFileException or ImageFileException)
            {
                AddUnreadable(exception);
            }
        }

        var groups = _groups.OrderByDescending(group => group.Value.Count).ToArray();
        var latents = groups.Select(group => group.Value.First).FirstOrDefault(tensor => tensor is not null);
        return new FolderInspection(
            root,
            files,
            [.. groups.Select(group => new FileGroupSummary(group.Key.Content, group.Key.Shapes, group.Key.Units, group.Value.Count, group.Value.Examples))],
            _unreadable,
            _unreadableCount,
            latents is null ? null : ScoreCommand.For(root, latents, models));
    }

    // An archive in the folder is as the folder that it would unpack to.
    private IEnumerable<DatasetFile> FilesOf(string root) => FileListing.All(root).Where(path => !DiffusionPipeCache.IsShard(path) && !FileListing.IsShard(path)).SelectMany(path =>
        Archive.At(path) is { } archive ? FilesOf(archive) : [new FileOnDisk("", path)]);

    // As far as the archive can be read: one that is damaged is one bad file of the folder.
    private IEnumerable<DatasetFile> FilesOf(Archive archive)
    {
        using var files = archive.Files(kind: null, "").GetEnumerator();
        while (true)
        {
            try
            {
                if (!files.MoveNext())
                {
                    yield break;
                }
            }
            catch (DatasetException exception)
            {
                AddUnreadable(exception);
                yield break;
            }

            yield return files.Current;
        }
    }

    private void AddUnreadable(Exception exception)
    {
        _unreadableCount++;
        if (_unreadable.Count < UnreadableShown)
        {
            _unreadable.Add(exception.Message);
        }
    }

    private void Add(DatasetFile file, string root)
    {
        // Rows and items have no extensions, and are nothing but latents.
        if (!FileExtensions.IsTensor(file.Path) && file.Archive is not (ArchiveKind.Parquet or ArchiveKind.DiffusionPipe))
        {
            var isPicture = FileExtensions.Belongs(file.Path, SourceKind.Image);
            var (size, extension) = (isPicture ? $"{file.ReadPictureSize()}" : "", Path.GetExtension(file.Path));
            Count(file, root, (isPicture ? "picture" : extension.Length > 0 ? $"other ({extension})" : "other", size, null), null);
            return;
        }

        if (LatentFormats.Skips(new CacheFileName(file.Path, FileExtensions.Strip(NameOf(file, root)))))
        {
            Count(file, root, ("beside the latents: text encoders, statistics", "", null), null);
            return;
        }

        using var opened = file.OpenTensors();
        var recognised = LatentFormats.Recognise(LatentFile.Of(file, opened, reading));
        if (FileInspector.IsNoLatents(recognised))
        {
            Count(file, root, ($"tensors that are no latents, {opened.Format}", "", null), null);
            return;
        }

        var tensors = SampleTensor.Of(file, opened, recognised, reading);
        var shapes = string.Join(' ', tensors.Select(tensor => $"{tensor.SampleShape}").Distinct());
        Count(file, root, ($"{recognised.Format.Writer} ({opened.Format})", shapes, tensors[0].Stored!.Units.Units?.ToString().ToLowerInvariant()), tensors[0]);
    }

    // Items of a cache lie in the shards beside the database that was named.
    private static string NameOf(DatasetFile file, string root) =>
        Path.GetRelativePath(DiffusionPipeCache.IsAt(root) ? Path.Combine(root, "..") : root, file.Path).Replace(Path.DirectorySeparatorChar, '/');

    private void Count(DatasetFile file, string root, (string Content, string Shapes, string? Units) key, SampleTensor? first)
    {
        var (count, examples, found) = _groups.GetValueOrDefault(key, (0, [], first));
        if (examples.Count < ExamplesShown)
        {
            examples.Add(NameOf(file, root));
        }

        _groups[key] = (count + 1, examples, found);
    }
}
