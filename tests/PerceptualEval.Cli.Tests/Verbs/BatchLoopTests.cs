using CsCheck;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Verbs;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Verbs;

/// <summary>Pictures of three sizes, of which some can't be read once it comes to their values.</summary>
public sealed class BatchLoopTests : IDisposable
{
    private const string Shapes = "abaabcabbacabbbaacabccabab";

    // As many pictures as are looked through for one size, and more; of one size with few others in between, too, and often many of one size damaged.
    private static readonly Gen<(int BatchSize, string Shapes, bool[] Damaged)> Cases = Gen.Select(Gen.Int[2, 3], Gen.OneOf(Gen.Char["abc"], Gen.Char["aaaaaab"]).Array[1, 70], Gen.Int[0, 3].Array[70])
        .Select((batchSize, shapes, damage) => (batchSize, new string(shapes), shapes.Select((shape, i) => shape == 'b' ? damage[i] > 0 : damage[i] == 3).ToArray()));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "")]
    [InlineData(2, "3 4 12")]
    [InlineData(3, "1 4 7 8 12 13 14")] // b at first: whole batches are missing
    [InlineData(4, "25")]
    [InlineData(100, "0 25")]
    public void Run_ShapesThatAlternate_TakesAllInOrderAndGoesOnFromAnywhere(int batchSize, string damaged) =>
        GoesOnFromAnywhere(batchSize, Shapes, [.. Enumerable.Range(0, Shapes.Length).Select(i => Ids(damaged).Contains(Id(i)))]);

    [Fact]
    public void Run_AnyShapesAndDamage_TakesAllInOrderAndGoesOnFromAnywhere() =>
        Cases.Sample((batchSize, shapes, damaged) => GoesOnFromAnywhere(batchSize, shapes, damaged), iter: 25, threads: 1);

    [Theory]
    [InlineData(1, false)] // the first batch's results wait for those of s01
    [InlineData(7, true)] // six hold the first twelve samples
    public void Run_BatchThatFails_KeepsWhatWasTaken(int failing, bool kept)
    {
        Write(Shapes, new bool[Shapes.Length]);
        var (batches, keptAt) = (0, -1);
        var taken = new List<string>();

        Assert.Throws<InvalidOperationException>(() => BatchLoop.Run(
            Open(),
            new BatchSize(2),
            batch => batches++ == failing ? throw new InvalidOperationException() : Results(batch),
            (results, _) => taken.AddRange(results),
            () => keptAt = taken.Count,
            0,
            CancellationToken.None));

        Assert.Equal(kept ? taken.Count : -1, keptAt);
        Assert.Equal(kept, taken.Count > 0);
        Assert.Equal(Enumerable.Range(0, taken.Count).Select(Id), taken);
    }

    private static string Id(int number) => $"s{number:00}";

    private static string[] Ids(string numbers) => [.. numbers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => Id(int.Parse(number, System.Globalization.CultureInfo.InvariantCulture)))];

    private static IReadOnlyList<string> Results(SampleBatch batch) => [.. batch.Samples.Select(sample => sample.Id)];

    private void GoesOnFromAnywhere(int batchSize, string shapes, bool[] damaged)
    {
        if (damaged.All(bad => bad))
        {
            return; // nothing can be read, and opening says so
        }

        Write(shapes, damaged);
        var all = Enumerable.Range(0, shapes.Length).Select(Id).ToArray();
        var bad = all.Where((_, i) => damaged[i]).ToArray();

        var whole = Run(batchSize, []);

        Assert.Equal(all.Except(bad), whole.Taken);
        Assert.Equal(bad, whole.PassedOver.Order());
        foreach (var (taken, passedOver) in whole.Cuts)
        {
            HashSet<string> done = [.. whole.Taken.Take(taken), .. whole.PassedOver.Take(passedOver)];
            if (done.Count == all.Length)
            {
                continue;
            }

            var rest = Run(batchSize, done);

            Assert.Equal(whole.Batches.Where(batch => !batch.Split(' ').Any(done.Contains)), rest.Batches);
            Assert.Equal(whole.Taken.Skip(taken), rest.Taken);
            Assert.Equal(whole.PassedOver.Skip(passedOver), rest.PassedOver);
        }
    }

    private Outcome Run(int batchSize, HashSet<string> done)
    {
        var dataset = Open();
        dataset.Skip(done);
        var outcome = new Outcome([], [], [], []);
        var ended = BatchLoop.Run(
            dataset,
            new BatchSize(batchSize),
            batch =>
            {
                outcome.Batches.Add(string.Join(' ', Results(batch)));
                return Results(batch);
            },
            (results, passedOver) =>
            {
                outcome.Taken.AddRange(results);
                outcome.PassedOver.AddRange(passedOver.Select(bad => bad.Id));
                outcome.Cuts.Add((outcome.Taken.Count, outcome.PassedOver.Count));
            },
            () => Assert.Fail("the run did not fail"),
            0,
            CancellationToken.None);
        Assert.True(ended);
        return outcome;
    }

    private Dataset Open() => Dataset.Open([new DatasetInput("IMAGES", _folder.Root, SourceKind.Image)], new DatasetRules());

    private void Write(string shapes, bool[] damaged)
    {
        foreach (var file in Directory.EnumerateFiles(_folder.Root))
        {
            File.Delete(file);
        }

        for (var i = 0; i < shapes.Length; i++)
        {
            var path = _folder.Picture($"{Id(i)}.png", 4 + (shapes[i] - 'a'), 3, 255, 0, 51);
            if (damaged[i])
            {
                var bytes = File.ReadAllBytes(path);
                bytes.AsSpan(bytes.AsSpan().IndexOf("IDAT"u8) + 4, 4).Fill(0xFF);
                File.WriteAllBytes(path, bytes);
            }
        }
    }

    // Cuts: how many were taken and passed over after each take.
    private sealed record Outcome(List<string> Batches, List<string> Taken, List<string> PassedOver, List<(int Taken, int PassedOver)> Cuts);
}
