using System.Text.Json;
using CsCheck;
using PerceptualEval.Statistics;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.Statistics;

public sealed class TermSummaryTests
{
    // Goldens of tools/make_statistics_goldens.py (numpy). 1e-12 relative admits the order of a sum; n instead of n − 1, another
    // percentile rule or a normal instead of a t quantile move these small sets by 1e-3 and more.
    private const double Tolerance = 1e-12;

    public static IEnumerable<TheoryDataRow<string>> GoldenNames() => Goldens().Select(golden => new TheoryDataRow<string>(golden.Name));

    [Theory]
    [MemberData(nameof(GoldenNames))]
    public void Of_GoldenValues_AgreesWithNumpy(string name)
    {
        var (_, values, expected) = Goldens().Single(golden => golden.Name == name);

        var summary = TermSummary.Of(values);

        AssertNear(expected["mean"], summary.Mean);
        AssertNear(expected["std"], summary.Std);
        AssertNear(expected["p50"], summary.P50);
        AssertNear(expected["p95"], summary.P95);
        Assert.Equal(expected["min"], summary.Min);
        Assert.Equal(expected["max"], summary.Max);
        AssertNear(expected["low"], summary.Ci95?.Low);
        AssertNear(expected["high"], summary.Ci95?.High);
    }

    [Fact]
    public void Of_NoValues_IsNullThroughout()
    {
        Assert.Equal(new TermSummary(null, null, null, null, null, null, null), TermSummary.Of([]));
    }

    [Fact]
    public void Of_OneValue_HasNoSpread()
    {
        Assert.Equal(new TermSummary(0.3, null, 0.3, 0.3, 0.3, 0.3, null), TermSummary.Of([0.3]));
    }

    [Fact]
    public void Of_EqualValues_HasExactlyTheirMeanAndNoSpread()
    {
        // 0.1 is the value whose naive sum of ten is not 1.
        Assert.Equal(new TermSummary(0.1, 0, 0.1, 0.1, 0.1, 0.1, new ConfidenceInterval(0.1, 0.1)), TermSummary.Of([.. Enumerable.Repeat(0.1, 10)]));
    }

    [Fact]
    public void Of_ManyValues_SumsWithoutDrift()
    {
        // 1/3 and 2/3 in turn, a million times: a float sum would be off by 1e-3, a naive double sum by 1e-11.
        var values = Enumerable.Range(0, 1_000_000).Select(i => i % 2 == 0 ? 1 / 3.0 : 2 / 3.0).ToArray();

        Assert.Equal(0.5, TermSummary.Of(values).Mean!.Value, 1e-16);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Of_NonFiniteValue_IsRefusedWithItsPlace(double value)
    {
        var exception = Assert.Throws<ArgumentException>(() => TermSummary.Of([1, value, 2]));

        Assert.Contains("value 1 of 3", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ShuffledValues_IsTheSameToTheLastBit() =>
        Gen.Select(Gen.Double[0, 10].Array[2, 50], Gen.Int).Sample((values, seed) =>
        {
            var shuffled = values.ToArray();
            new Random(seed).Shuffle(shuffled);
            return TermSummary.Of(values) == TermSummary.Of(shuffled);
        });

    [Fact]
    public void Of_ScaledValues_ScalesWithThem() =>
        // A power of two scales exactly, so every number must too.
        Gen.Double[0, 10].Array[2, 50].Sample(values =>
        {
            var summary = TermSummary.Of(values);
            var quadruple = TermSummary.Of([.. values.Select(value => 4 * value)]);
            return quadruple == new TermSummary(
                4 * summary.Mean, 4 * summary.Std, 4 * summary.Min, 4 * summary.P50, 4 * summary.P95, 4 * summary.Max,
                new ConfidenceInterval(4 * summary.Ci95!.Value.Low, 4 * summary.Ci95.Value.High));
        });

    [Fact]
    public void Of_AnyValues_OrdersItsNumbers() =>
        Gen.Double[0, 10].Array[2, 50].Sample(values =>
        {
            var summary = TermSummary.Of(values);
            return summary.Min <= summary.P50 && summary.P50 <= summary.P95 && summary.P95 <= summary.Max
                && summary.Min <= summary.Mean && summary.Mean <= summary.Max && summary.Std >= 0
                && summary.Ci95!.Value.Low <= summary.Mean && summary.Mean <= summary.Ci95.Value.High;
        });

    private static void AssertNear(double expected, double? actual)
    {
        Assert.NotNull(actual);
        Assert.True(
            Math.Abs(actual.Value - expected) <= Tolerance * Math.Abs(expected),
            FormattableString.Invariant($"expected {expected}, got {actual}: off by {(actual - expected) / expected} relative"));
    }

    private static IEnumerable<(string Name, double[] Values, Dictionary<string, double> Expected)> Goldens()
    {
        var path = Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.Tests", "Statistics", "term-summaries.json");
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        foreach (var golden in document.RootElement.EnumerateArray())
        {
            yield return (
                golden.GetProperty("name").GetString()!,
                [.. golden.GetProperty("values").EnumerateArray().Select(value => value.GetDouble())],
                golden.GetProperty("expected").EnumerateObject().ToDictionary(number => number.Name, number => number.Value.GetDouble()));
        }
    }
}
