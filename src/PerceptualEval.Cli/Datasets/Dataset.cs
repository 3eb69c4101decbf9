using System.Globalization;

namespace PerceptualEval.Cli.Datasets;

/// <summary>
/// The samples that the arguments name. Opening it lists and pairs files; headers are read when the samples are enumerated, which
/// happens once at opening where there are few files, so that bad input is found before any scoring.
/// </summary>
internal sealed class Dataset
{
    /// <summary>How many groups of files are checked at opening: a fraction of a second on a local disk.</summary>
    public const int CheckedAtOpening = 5_000;

    private readonly IReadOnlyList<DatasetInput> _inputs;
    private readonly IReadOnlyList<FileGroup> _groups;
    private readonly bool _allowMissing;
    private readonly LeftOut _leftOutFiles;
    private LeftOut _leftOutTensors = new();

    private Dataset(IReadOnlyList<DatasetInput> inputs, IReadOnlyList<FileGroup> groups, LeftOut leftOut, bool allowMissing)
    {
        _inputs = inputs;
        _groups = groups;
        _leftOutFiles = leftOut;
        _allowMissing = allowMissing;
        leftOut.RefuseUnless(allowMissing);
        if (groups.Count <= CheckedAtOpening)
        {
            SampleCount = Samples().LongCount();
        }
        else if (groups.All(group => group.Paths.All(path => !FileExtensions.IsTensor(path))))
        {
            SampleCount = groups.Count; // every picture file is one sample
        }
    }

    /// <summary>How many sources a sample has: target and pred, and the image where there is one.</summary>
    public int SourceCount => _inputs.Count;

    /// <summary>Whether samples have an image beside target and pred.</summary>
    public bool HasImages => _inputs.Count > 2;

    /// <summary>How many samples there are; null where that takes opening many files.</summary>
    public long? SampleCount { get; }

    /// <summary>
    /// What <c>--allow-missing</c> left out, in one line for stderr; null where nothing was. In a dataset too large to check at opening,
    /// tensors without a partner join it while the samples are enumerated: read it again at the end.
    /// </summary>
    public string? Warning
    {
        get
        {
            var parts = new[] { _leftOutFiles, _leftOutTensors }.Where(part => !part.IsEmpty).ToArray();
            return parts.Length == 0 ? null : $"left out: {string.Join("; ", parts.AsEnumerable())}";
        }
    }

    /// <summary>The dataset of <c>score</c>.</summary>
    /// <param name="pred"><c>--pred</c>: a file or folder of latents; null where not given.</param>
    /// <param name="target"><c>--target</c>, likewise.</param>
    /// <param name="images"><c>--images</c>: a file or folder of images, or null.</param>
    /// <param name="pairs"><c>--pairs</c>: a CSV or JSONL file instead of the three, or null.</param>
    /// <param name="allowMissing">Leave out what has no partner, instead of refusing.</param>
    /// <param name="layout">How a sample's dimensions lie in all tensor files.</param>
    /// <exception cref="DatasetException">The arguments or the files are not a dataset.</exception>
    /// <exception cref="TensorFiles.TensorFileException">A tensor file can't be read.</exception>
    /// <exception cref="Images.ImageFileException">A picture can't be read.</exception>
    public static Dataset OpenLatents(
        string? pred, string? target, string? images, string? pairs, bool allowMissing, SampleLayout layout = SampleLayout.Image)
    {
        if (pairs is not null)
        {
            if ((pred ?? target ?? images) is not null)
            {
                throw new DatasetException($"--pairs '{pairs}' names all files; --pred, --target and --images can't be given beside it. Leave out one or the other.");
            }

            var leftOut = new LeftOut();
            var (columns, groups) = PairsFile.Read(pairs, leftOut);
            return new Dataset([.. columns.Select(column => column with { Layout = layout })], groups, leftOut, allowMissing);
        }

        if (pred is null || target is null)
        {
            var missing = (pred, target) switch { (null, null) => "--pred and --target are", (null, _) => "--pred is", _ => "--target is" };
            throw new DatasetException($"{missing} missing: two files or two folders of latents are compared. Give --pred and --target, or --pairs.");
        }

        List<DatasetInput> inputs = [new("--target", target, SourceKind.Latent, layout), new("--pred", pred, SourceKind.Latent, layout)];
        if (images is not null)
        {
            inputs.Add(new DatasetInput("--images", images, SourceKind.Image, layout));
        }

        return Open(inputs, allowMissing);
    }

    /// <summary>The dataset of <c>distance</c>: images against images of the same sizes.</summary>
    /// <param name="a">A file or folder of images; it gives the ids, and is the target of the samples.</param>
    /// <param name="b">What it is compared with; the prediction of the samples.</param>
    /// <param name="allowMissing">Leave out what has no partner, instead of refusing.</param>
    /// <exception cref="DatasetException">The arguments or the files are not a dataset.</exception>
    /// <exception cref="TensorFiles.TensorFileException">A tensor file can't be read.</exception>
    /// <exception cref="Images.ImageFileException">A picture can't be read.</exception>
    public static Dataset OpenImages(string a, string b, bool allowMissing) =>
        Open([new DatasetInput("A", a, SourceKind.Image), new DatasetInput("B", b, SourceKind.Image)], allowMissing);

    /// <summary>A dataset of any inputs, one or more.</summary>
    /// <param name="inputs">Files, or folders. The first gives ids and order; those of its kind must have its shapes.</param>
    /// <param name="allowMissing">Leave out what has no partner, instead of refusing.</param>
    /// <exception cref="DatasetException">The inputs are not a dataset.</exception>
    /// <exception cref="TensorFiles.TensorFileException">A tensor file can't be read.</exception>
    /// <exception cref="Images.ImageFileException">A picture can't be read.</exception>
    public static Dataset Open(IReadOnlyList<DatasetInput> inputs, bool allowMissing)
    {
        var leftOut = new LeftOut();
        return new Dataset(inputs, Pairing.Pair(inputs, leftOut), leftOut, allowMissing);
    }

    /// <summary>The samples in order, as far as they are asked for; the files' headers are read on the way and no file stays open. One enumeration at a time.</summary>
    /// <exception cref="DatasetException">Two files don't go together, or an id comes twice.</exception>
    /// <exception cref="TensorFiles.TensorFileException">A tensor file can't be read.</exception>
    /// <exception cref="Images.ImageFileException">A picture can't be read.</exception>
    public IEnumerable<Sample> Samples()
    {
        _leftOutTensors = new LeftOut();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (id, tensors) in _groups.SelectMany(MatchTensors))
        {
            for (var i = 0L; i < tensors[0].Count; i++)
            {
                var index = i;
                var sampleId = tensors[0].IsBatch ? string.Create(CultureInfo.InvariantCulture, $"{id}#{index}") : id;
                if (!ids.Add(sampleId))
                {
                    throw new DatasetException($"{tensors[0]}: its sample '{sampleId}' has the id of an earlier one. Rename the file or the tensor.");
                }

                yield return new Sample(sampleId, Array.ConvertAll(tensors, tensor => new SampleSource(tensor, index)));
            }
        }

        if (ids.Count == 0)
        {
            throw new DatasetException($"nothing pairs: {_leftOutTensors}. Tensors pair by key where a file holds several.");
        }
    }

    private IReadOnlyList<TensorGroup> MatchTensors(FileGroup group)
    {
        var matches = TensorMatching.Match(group, _inputs, _leftOutTensors);
        _leftOutTensors.RefuseUnless(_allowMissing);
        return matches;
    }
}
