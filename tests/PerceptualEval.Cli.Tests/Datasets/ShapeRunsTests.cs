using CsCheck;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Reading;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets;

public sealed class ShapeRunsTests : IDisposable
{
    // Up to 90 samples of at most five shapes, in any order, and runs of at most so many.
    private static readonly Gen<(int[] Shapes, int Length)> Cases = Gen.Select(Gen.Int[0, 4].Array[1, 90], Gen.Int[1, 7]);

    private readonly TemporaryFolder _folder = new();
    private readonly Sample[] _kinds;

    public ShapeRunsTests()
    {
        for (var kind = 0; kind < 5; kind++)
        {
            _folder.Npy($"{kind}.npy", 0, 4, 2, 2 + kind);
        }

        _kinds = [.. Dataset.Open([new("LATENTS", _folder.Root, SourceKind.Latent)], new()).Samples()];
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_AnySamples_GivesEachOnceInRunsOfOneShape() => Cases.Sample(
        (shapes, length) =>
        {
            var runs = ShapeRuns.Of(Samples(shapes), () => length, inOrder: false).ToList();
            Assert.Equal(Enumerable.Range(0, shapes.Length), Numbers(runs).Order());
            Assert.All(runs, entry =>
            {
                Assert.InRange(entry.Run.Count, 1, length);
                Assert.All(entry.Run, sample => Assert.True(sample.FitsBatchOf(entry.Run[0])));
                Assert.Equal(entry.Run.Select(sample => sample.Number).Order(), entry.Run.Select(sample => sample.Number));
            });
        },
        threads: 1);

    // What a run that was killed and goes on relies on.
    [Fact]
    public void Of_BegunAfreshWhereNothingWaits_GivesTheSameRuns() => Cases.Sample(
        (shapes, length) =>
        {
            var runs = ShapeRuns.Of(Samples(shapes), () => length, inOrder: false).ToList();
            foreach (var (index, entry) in runs.Index().Where(entry => entry.Item.NothingWaits))
            {
                var seen = Numbers(runs.Take(index + 1)).ToHashSet();
                var rest = ShapeRuns.Of(Samples(shapes).Where(sample => !seen.Contains((int)sample.Number)), () => length, inOrder: false);
                Assert.Equal(runs.Skip(index + 1).Select(Text), rest.Select(Text));
            }

            Assert.True(runs[^1].NothingWaits);
        },
        threads: 1);

    [Fact]
    public void Of_AnySamples_TellsAtOnceWhereNothingWaits() => Cases.Sample(
        (shapes, length) =>
        {
            var (read, given) = (0, 0);
            foreach (var (run, nothingWaits) in ShapeRuns.Of(Samples(shapes, () => read++), () => length, inOrder: false))
            {
                given += run.Count;
                Assert.True(nothingWaits == (given == read) || read == shapes.Length || read - given == 1);
            }
        },
        threads: 1);

    [Fact]
    public void Of_AnySamples_LooksNoFurtherAheadThanItSays() => Cases.Sample(
        (shapes, length) =>
        {
            var (read, oldest) = (0, 0);
            var seen = new HashSet<long>();
            foreach (var (run, _) in ShapeRuns.Of(Samples(shapes, () => read++), () => length, inOrder: false))
            {
                Assert.InRange(read - oldest, 0, (ShapeRuns.MostAhead * length) + 1);
                seen.UnionWith(run.Select(sample => sample.Number));
                while (seen.Contains(oldest))
                {
                    oldest++;
                }
            }
        },
        threads: 1);

    // As where memory ran out: what waits already is divided.
    [Fact]
    public void Of_LengthThatFalls_IsNeverExceeded() => Cases.Sample(
        (shapes, length) =>
        {
            var (most, given) = (length, new List<int>());
            foreach (var (run, _) in ShapeRuns.Of(Samples(shapes), () => most, inOrder: false))
            {
                Assert.InRange(run.Count, 1, most);
                given.AddRange(run.Select(sample => (int)sample.Number));
                most = Math.Max(1, most - 1);
            }

            Assert.Equal(Enumerable.Range(0, shapes.Length), given.Order());
        },
        threads: 1);

    [Fact]
    public void Of_InOrder_GivesTheSamplesInOrder() => Cases.Sample(
        (shapes, length) =>
        {
            var runs = ShapeRuns.Of(Samples(shapes), () => length, inOrder: true).ToList();
            Assert.Equal(Enumerable.Range(0, shapes.Length), Numbers(runs));
            Assert.All(runs, run => Assert.True(run.NothingWaits));
        },
        threads: 1);

    [Fact]
    public void Of_ShapesInTurn_FillsRunsOfEach() => Assert.Equal(
        ["0 2 4", "1 3 5.", "6 8 10", "7 9 11."],
        ShapeRuns.Of(Samples([.. Enumerable.Range(0, 12).Select(i => i % 2)]), () => 3, inOrder: false).Select(Text));

    [Fact]
    public void Of_SamplesOfOneShape_NeverWaitWhenARunIsFull() =>
        Assert.All(ShapeRuns.Of(Samples(new int[20]), () => 3, inOrder: false), run => Assert.True(run.NothingWaits));

    [Fact]
    public void Of_OneAmongMany_DoesNotWaitForever()
    {
        var shapes = new int[200];
        shapes[3] = 1;
        var runs = ShapeRuns.Of(Samples(shapes), () => 2, inOrder: false).ToList();

        var alone = runs.FindIndex(entry => entry.Run.Exists(sample => sample.Number == 3));

        Assert.Equal([3L], runs[alone].Run.Select(sample => sample.Number));
        Assert.InRange(alone, 1, ShapeRuns.MostAhead + 1);
    }

    private static IEnumerable<int> Numbers(IEnumerable<(List<Sample> Run, bool NothingWaits)> runs) =>
        runs.SelectMany(entry => entry.Run).Select(sample => (int)sample.Number);

    // The samples' numbers, with a full stop where nothing waits.
    private static string Text((List<Sample> Run, bool NothingWaits) entry) =>
        string.Join(' ', entry.Run.Select(sample => sample.Number)) + (entry.NothingWaits ? "." : string.Empty);

    private IEnumerable<Sample> Samples(int[] shapes) => Samples(shapes, () => { });

    private IEnumerable<Sample> Samples(int[] shapes, Action onRead)
    {
        foreach (var (number, kind) in shapes.Index())
        {
            onRead();
            yield return _kinds[kind] with { Number = number };
        }
    }
}
