using PerceptualEval.Cli.Datasets;
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
        foreach (var path in FileListing.All(root))
        {
            cancellationToken.ThrowIfCancellationRequested();
            files++;
            try
            {
                Add(path, root);
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

    private void Add(string path, string root)
    {
        if (!FileExtensions.IsTensor(path))
        {
            var isPicture = FileExtensions.Belongs(path, SourceKind.Image);
            var size = isPicture ? $"{ImageFile.ReadSize(path)}" : "";
            Count(path, root, (isPicture ? "picture" : $"other ({Path.GetExtension(path)})", size, null), null);
            return;
        }

        if (LatentFormats.Skips(new CacheFileName(path, FileListing.IdOf(path, root))))
        {
            Count(path, root, ("beside the latents: text encoders, statistics", "", null), null);
            return;
        }

        using var file = TensorFile.Open(path);
        var recognised = LatentFormats.Recognise(LatentFile.Of(file, reading));
        if (FileInspector.IsNoLatents(recognised))
        {
            Count(path, root, ($"tensors that are no latents, {file.Format}", "", null), null);
            return;
        }

        var tensors = SampleTensor.Of(file, recognised, reading);
        var shapes = string.Join(' ', tensors.Select(tensor => $"{tensor.SampleShape}").Distinct());
        Count(path, root, ($"{recognised.Format.Writer} ({file.Format})", shapes, tensors[0].Stored!.Units.Units?.ToString().ToLowerInvariant()), tensors[0]);
    }

    private void Count(string path, string root, (string Content, string Shapes, string? Units) key, SampleTensor? first)
    {
        var (count, examples, found) = _groups.GetValueOrDefault(key, (0, [], first));
        if (examples.Count < ExamplesShown)
        {
            examples.Add(Path.GetRelativePath(root, path));
        }

        _groups[key] = (count + 1, examples, found);
    }
}
