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
        foreach (var file in Archive.At(root) is { } archive ? archive.Files(SourceKind.Image, "") : FilesOf(root))
        {
            cancellationToken.ThrowIfCancellationRequested();
            files++;
            try
            {
                Add(file, root);
            }
            catch (Exception exception) when (exception is DatasetException or TensorFileException or ImageFileException)
            {
                _unreadableCount++;
                if (_unreadable.Count < UnreadableShown)
                {
                    _unreadable.Add(exception.Message);
                }
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
    private static IEnumerable<DatasetFile> FilesOf(string root) => FileListing.All(root).SelectMany(path => Archive.At(path) is { } archive
        ? archive.Files(SourceKind.Image, "")
        : [new FileOnDisk("", path)]);

    private void Add(DatasetFile file, string root)
    {
        if (!FileExtensions.IsTensor(file.Path))
        {
            var isPicture = FileExtensions.Belongs(file.Path, SourceKind.Image);
            var size = isPicture ? $"{file.ReadPictureSize()}" : "";
            Count(file, root, (isPicture ? "picture" : $"other ({Path.GetExtension(file.Path)})", size, null), null);
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

    private static string NameOf(DatasetFile file, string root) => Path.GetRelativePath(root, file.Path).Replace(Path.DirectorySeparatorChar, '/');

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
