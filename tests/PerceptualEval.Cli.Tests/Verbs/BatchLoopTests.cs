using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Verbs;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Verbs;

/// <summary>Pictures of three sizes, of which some can't be read once it comes to their values.</summary>
public sealed class BatchLoopTests : IDisposable
{
    private const string Shapes = "abaabcabbacabbbaacabccabab";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "")]
    [InlineData(2, "3 4 12")]
    [InlineData(3, "1 5 8 12 13 14")] // all b but those at the end: whole batches are missing
    [InlineData(4, "25")]
    [InlineData(100, "0 25")]
    public void Run_ShapesThatAlternate_TakesAllInOrderAndGoesOnFromAnywhere(int batchSize, string damaged)
    {
        Write(damaged);

        var whole = Run(batchSize, []);

        Assert.Equal(Enumerable.Range(0, Shapes.Length).Select(Id).Except(Ids(damaged)), whole.Taken);
        Assert.Equal(Ids(damaged), whole.PassedOver.Order());
        Assert.True(batchSize == 1 || whole.Batches.Any(batch => batch.Split(' ').Length > 1));
        foreach (var (taken, passedOver) in whole.Cuts)
        {
            HashSet<string> done = [.. whole.Taken.Take(taken), .. whole.PassedOver.Take(passedOver)];
            var rest = Run(batchSize, done);

            Assert.Equal(whole.Batches.Where(batch => !batch.Split(' ').Any(done.Contains)), rest.Batches);
            Assert.Equal(whole.Taken.Skip(taken), rest.Taken);
            Assert.Equal(whole.PassedOver.Skip(passedOver), rest.PassedOver);
        }
    }

    [Theory]
    [InlineData(1, false)] // the first batch's results wait for those of s01
    [InlineData(7, true)] // six hold the first twelve samples
    public void Run_BatchThatFails_KeepsWhatWasTaken(int failing, bool kept)
    {
        Write("");
        var (batches, keptAt) = (0, -1);
        var taken = new List<string>();

        Assert.Throws<InvalidOperationException>(() => BatchLoop.Run(
            Open(),
            new BatchSize(2),
            batch => batches++ == failing ? throw new InvalidOperationException() : Results(batch),
            (results, _) => taken.AddRange(results),
            () => Assert.Fail("the run did not end well"),
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
            () => outcome.PassedOver.AddRange(dataset.Bad.TakeNew().Select(bad => bad.Id)),
            () => Assert.Fail("the run did not fail"),
            0,
            CancellationToken.None);
        Assert.True(ended);
        return outcome;
    }

    private Dataset Open() => Dataset.Open([new DatasetInput("IMAGES", _folder.Root, SourceKind.Image)], new DatasetRules());

    private void Write(string damaged)
    {
        for (var i = 0; i < Shapes.Length; i++)
        {
            var path = _folder.Picture($"{Id(i)}.png", 4 + (Shapes[i] - 'a'), 3, 255, 0, 51);
            if (Ids(damaged).Contains(Id(i)))
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
