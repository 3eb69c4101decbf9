using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.Cli.Datasets.Pairs;
using PerceptualEval.Cli.Images;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Datasets;

/// <summary>
/// The samples that the arguments name. Opening it lists and pairs files; headers are read when the samples are enumerated, which
/// happens once at opening where there are few files, so that bad input is found before any scoring. Archives are listed as the
/// samples are enumerated; of one that is read from front to back only the beginning is checked at opening.
/// </summary>
internal sealed class Dataset
{
    /// <summary>How many groups of files are checked at opening: a fraction of a second on a local disk.</summary>
    public const int CheckedAtOpening = 5_000;

    private readonly IReadOnlyList<DatasetInput> _inputs;
    private readonly FileGroups _groups;
    private readonly DatasetRules _rules;
    private readonly LeftOut _leftOutFiles;
    private LeftOut _leftOutTensors = new();
    private IReadOnlySet<string> _done = new HashSet<string>();
    private long _enumerated;
    private string? _firstReason;

    private Dataset(IReadOnlyList<DatasetInput> inputs, FileGroups groups, LeftOut leftOut, DatasetRules rules)
    {
        _inputs = inputs;
        _groups = groups;
        _leftOutFiles = leftOut;
        _rules = rules;
        leftOut.RefuseUnless(rules.AllowMissing);
        Units = AllSamples(int.MaxValue, () => { }).First().Target.Tensor.Units;
        SampleCount = groups.Listed is { Count: > CheckedAtOpening } listed
            ? listed.All(group => group.Files.All(file => !FileExtensions.IsTensor(file.Path))) ? listed.Count(group => IsTaken(group.Id)) : null // every picture file is one sample
            : CountSamples(groups.InOrderOnly ? 1 : CheckedAtOpening);
    }

    /// <summary>How many sources a sample has: target and pred, and the image where there is one.</summary>
    public int SourceCount => _inputs.Count;

    /// <summary>Whether samples have an image beside their latents.</summary>
    public bool HasImages => _inputs[0].Kind == SourceKind.Latent && _inputs[^1].Kind == SourceKind.Image;

    /// <summary>Whether an archive among the inputs is read from front to back: samples that wait would keep what is unpacked in memory.</summary>
    public bool InOrderOnly => _groups.InOrderOnly;

    /// <summary>How many samples there are, in the shard where there is one; null where that takes opening many files.</summary>
    public long? SampleCount { get; }

    /// <summary>The units of the first target: those that the latent loss is computed in. Null for what the decoder expects.</summary>
    public LatentUnits? Units { get; }

    /// <summary>The files that could not be read, or did not go together, and were passed over; complete when the samples have been read.</summary>
    public BadFiles Bad { get; private set; } = new();

    /// <summary>
    /// What <c>--allow-missing</c> left out, in one line for stderr; null where nothing was. In a dataset too large to check at opening,
    /// tensors and an archive's files without a partner join it while the samples are enumerated: read it again at the end.
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
    /// <param name="rules">What happens to files that have no partner or can't be read.</param>
    /// <param name="predReading">What the user said of the predicted latents; null for nothing.</param>
    /// <param name="targetReading">What the user said of the target latents; null for nothing.</param>
    /// <exception cref="DatasetException">The arguments or the files are not a dataset.</exception>
    /// <exception cref="UsageException">What the user said of the latents is not enough, or contradicts them.</exception>
    /// <exception cref="TensorFileException">A tensor file can't be read.</exception>
    /// <exception cref="ImageFileException">A picture can't be read.</exception>
    public static Dataset OpenLatents(
        string? pred, string? target, string? images, string? pairs, DatasetRules rules, LatentReading? predReading = null, LatentReading? targetReading = null)
    {
        predReading ??= LatentReading.Default;
        targetReading ??= LatentReading.Default;
        if (pairs is not null)
        {
            if ((pred ?? target ?? images) is not null)
            {
                throw new DatasetException($"--pairs '{pairs}' names all files; --pred, --target and --images can't be given beside it. Leave out one or the other.");
            }

            return OpenPairs(pairs, ofCheckpoints: false, rules, predReading, targetReading, out _);
        }

        if (pred is null || target is null)
        {
            var missing = (pred, target) switch { (null, null) => "--pred and --target are", (null, _) => "--pred is", _ => "--target is" };
            throw new DatasetException($"{missing} missing: two files or two folders of latents are compared. Give --pred and --target, or --pairs.");
        }

        return OpenCheckpoints(target, [("--pred", pred)], images, rules, predReading, targetReading);
    }

    /// <summary>The dataset of <c>compare</c>: the predictions of several checkpoints of one target.</summary>
    /// <param name="target"><c>--target</c>: a file or folder of latents.</param>
    /// <param name="preds">The checkpoints' latents, and the argument that names each, for messages.</param>
    /// <param name="images"><c>--images</c>: a file or folder of images, or null.</param>
    /// <param name="rules">What happens to files that have no partner in every other input, or can't be read.</param>
    /// <param name="predReading">What the user said of the predicted latents.</param>
    /// <param name="targetReading">What the user said of the target latents.</param>
    /// <exception cref="DatasetException">The arguments or the files are not a dataset.</exception>
    /// <exception cref="UsageException">What the user said of the latents is not enough, or contradicts them.</exception>
    /// <exception cref="TensorFileException">A tensor file can't be read.</exception>
    /// <exception cref="ImageFileException">A picture can't be read.</exception>
    public static Dataset OpenCheckpoints(
        string target, IEnumerable<(string Option, string Path)> preds, string? images, DatasetRules rules, LatentReading predReading, LatentReading targetReading) => Open(
        [
            new("--target", target, SourceKind.Latent) { Reading = targetReading },
            .. preds.Select(pred => new DatasetInput(pred.Option, pred.Path, SourceKind.Latent) { Reading = predReading }),
            .. images is null ? Array.Empty<DatasetInput>() : [new("--images", images, SourceKind.Image) { Reading = targetReading }],
        ],
        rules);

    /// <summary>The same, of a pairs file with a column for each checkpoint.</summary>
    /// <param name="pairs"><c>--pairs</c>: a CSV or JSONL file.</param>
    /// <param name="rules">What happens to lines that name missing files, and to files that can't be read.</param>
    /// <param name="predReading">What the user said of the predicted latents.</param>
    /// <param name="targetReading">What the user said of the target latents.</param>
    /// <param name="names">The checkpoints' columns.</param>
    /// <exception cref="DatasetException">The file or what it names is no dataset.</exception>
    /// <exception cref="UsageException">What the user said of the latents is not enough, or contradicts them.</exception>
    /// <exception cref="TensorFileException">A tensor file can't be read.</exception>
    /// <exception cref="ImageFileException">A picture can't be read.</exception>
    public static Dataset OpenCheckpointPairs(string pairs, DatasetRules rules, LatentReading predReading, LatentReading targetReading, out IReadOnlyList<string> names)
    {
        var dataset = OpenPairs(pairs, ofCheckpoints: true, rules, predReading, targetReading, out var columns);
        names = [.. columns.Skip(1).SkipLast(dataset.HasImages ? 1 : 0)];
        return dataset;
    }

    /// <summary>The dataset of <c>distance</c>: images against images of the same sizes.</summary>
    /// <param name="a">A file or folder of images; it gives the ids, and is the target of the samples.</param>
    /// <param name="b">What it is compared with; the prediction of the samples.</param>
    /// <param name="rules">What happens to files that have no partner or can't be read.</param>
    /// <exception cref="DatasetException">The arguments or the files are not a dataset.</exception>
    /// <exception cref="TensorFileException">A tensor file can't be read.</exception>
    /// <exception cref="ImageFileException">A picture can't be read.</exception>
    public static Dataset OpenImages(string a, string b, DatasetRules rules) =>
        Open([new DatasetInput("A", a, SourceKind.Image), new DatasetInput("B", b, SourceKind.Image)], rules);

    /// <summary>A dataset of any inputs, one or more.</summary>
    /// <param name="inputs">Files, or folders. The first gives ids and order; those of its kind must have its shapes.</param>
    /// <param name="rules">What happens to files that have no partner or can't be read.</param>
    /// <exception cref="DatasetException">The inputs are not a dataset.</exception>
    /// <exception cref="TensorFileException">A tensor file can't be read.</exception>
    /// <exception cref="ImageFileException">A picture can't be read.</exception>
    public static Dataset Open(IReadOnlyList<DatasetInput> inputs, DatasetRules rules)
    {
        var leftOut = new LeftOut();
        var groups = Pairing.Pair(inputs, leftOut);

        // Files given by name are wanted: nothing of them is passed over.
        return new Dataset(inputs, groups, leftOut, rules with { Strict = rules.Strict || groups.AreNamed });
    }

    /// <summary>Passes over samples that an earlier run has done: their headers are still read, their values not.</summary>
    /// <param name="ids">Their ids, and those of files that it passed over.</param>
    public void Skip(IReadOnlySet<string> ids) => _done = ids;

    /// <summary>Tells this dataset from others: see <see cref="DatasetFingerprint"/>.</summary>
    public string Fingerprint() => DatasetFingerprint.Of(_inputs, _groups);

    /// <summary>The samples in order, as far as they are asked for, without those of other shards; the files' headers are read on the way and no file stays open. One enumeration at a time.</summary>
    /// <exception cref="DatasetException">Two files don't go together, or an id comes twice.</exception>
    /// <exception cref="TensorFileException">A tensor file can't be read.</exception>
    /// <exception cref="ImageFileException">A picture can't be read.</exception>
    public IEnumerable<Sample> Samples() => Samples(int.MaxValue, () => { });

    /// <summary>Notes what can't be read, unless that ends the run.</summary>
    /// <param name="id">The sample, or the files that should be one.</param>
    /// <param name="exception">Why.</param>
    /// <param name="sample">The sample's number; null for what was not enumerated as one.</param>
    /// <returns>False where it ends the run: the exception is no bad file's, or <see cref="DatasetRules.Strict"/> holds.</returns>
    public bool PassesOver(string id, Exception exception, long? sample = null)
    {
        if (_rules.Strict || exception is not (DatasetException or TensorFileException or ImageFileException))
        {
            return false;
        }

        _firstReason ??= $"'{id}' passed over: {exception.Message}";
        if (IsTaken(id))
        {
            Bad.Add(new BadFile(sample ?? _enumerated, id, exception.Message));
        }

        return true;
    }

    private static Dataset OpenPairs(
        string pairs, bool ofCheckpoints, DatasetRules rules, LatentReading predReading, LatentReading targetReading, out IReadOnlyList<string> columns)
    {
        var leftOut = new LeftOut();
        (columns, var groups) = PairsFile.Read(pairs, leftOut, ofCheckpoints);
        var inputs = columns.Select((column, i) => new DatasetInput($"column {column} of", pairs, column == PairsFile.Image ? SourceKind.Image : SourceKind.Latent)
        {
            Reading = i == 0 || column == PairsFile.Image ? targetReading : predReading,
        });
        return new Dataset([.. inputs], new FileGroups(groups), leftOut, rules);
    }

    private long? CountSamples(int mostGroups)
    {
        var complete = true;
        var count = Samples(mostGroups, () => complete = false).LongCount();
        return complete ? count : null;
    }

    private bool IsTaken(string id) => _rules.Shard?.Takes(id) != false && !_done.Contains(id);

    private IEnumerable<Sample> Samples(int mostGroups, Action onMore) => AllSamples(mostGroups, onMore).Where(sample => IsTaken(sample.Id));

    // Of all shards, done or not.
    private IEnumerable<Sample> AllSamples(int mostGroups, Action onMore)
    {
        _enumerated = 0;
        _firstReason = null;
        _leftOutTensors = new LeftOut();
        Bad = new BadFiles(_rules.ReasonsKept);
        // Hashes, because the ids themselves would be the one thing whose memory grows with an archive. Of 128 bits, none collide.
        var ids = new HashSet<UInt128>();
        foreach (var (id, tensors) in First(mostGroups, onMore).SelectMany(MatchTensors))
        {
            for (var i = 0L; i < tensors[0].Count; i++)
            {
                var index = i;
                var sampleId = tensors[0].IsBatch ? string.Create(CultureInfo.InvariantCulture, $"{id}#{index}") : id;
                if (!ids.Add(XxHash128.HashToUInt128(MemoryMarshal.AsBytes(sampleId.AsSpan()))))
                {
                    throw new DatasetException($"{tensors[0]}: its sample '{sampleId}' has the id of an earlier one. Rename the file or the tensor.");
                }

                yield return new Sample(sampleId, Array.ConvertAll(tensors, tensor => new SampleSource(tensor, index))) { Number = _enumerated++ };
            }
        }

        _leftOutTensors.RefuseUnless(_rules.AllowMissing);
        if (ids.Count == 0)
        {
            throw _firstReason is not null
                ? new DatasetException($"nothing can be read: {_firstReason}")
                : new DatasetException($"nothing pairs: {_leftOutTensors}. Tensors pair by key where a file holds several.");
        }
    }

    private IEnumerable<FileGroup> First(int mostGroups, Action onMore)
    {
        var count = 0;
        foreach (var group in _groups.Enumerate(_leftOutTensors))
        {
            if (count++ == mostGroups)
            {
                onMore();
                yield break;
            }

            yield return group;
        }
    }

    private IReadOnlyList<TensorGroup> MatchTensors(FileGroup group)
    {
        // First what the pairing of an archive's files has left out on the way here.
        _leftOutTensors.RefuseUnless(_rules.AllowMissing);
        IReadOnlyList<TensorGroup> matches;
        try
        {
            matches = TensorMatching.Match(group, _inputs, _leftOutTensors);
        }
        catch (Exception exception) when (PassesOver(group.Id, exception))
        {
            return [];
        }

        _leftOutTensors.RefuseUnless(_rules.AllowMissing);
        return matches;
    }
}
