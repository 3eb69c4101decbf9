using PerceptualEval.Statistics;

namespace PerceptualEval.Tests.Statistics;

public sealed class ResampledMeansTests
{
    private const int Resamples = 200;

    // More than one block of lanes, and one that is not full.
    private static readonly double[][] Measures =
        [.. Enumerable.Range(0, 11).Select(measure => Enumerable.Range(0, 37).Select(i => Math.Sin((measure + 1) * (i + 0.5))).ToArray())];

    [Fact]
    public void Of_ManyMeasuresOnAllCores_IsThePlainLoopToTheLastBit()
    {
        var means = ResampledMeans.Of(Measures, Resamples, 7, CancellationToken.None);

        foreach (var (measure, values) in Measures.Index())
        {
            for (var resample = 0; resample < Resamples; resample++)
            {
                var (random, sum) = (new SplitMix64(7, resample), 0.0);
                for (var draw = 0; draw < values.Length; draw++)
                {
                    sum += values[random.Next(values.Length)];
                }

                Assert.Equal(sum / values.Length, means[measure][resample]);
            }
        }
    }

    [Fact]
    public void Of_Cancelled_Stops() =>
        Assert.ThrowsAny<OperationCanceledException>(() => ResampledMeans.Of(Measures, Resamples, 7, new CancellationToken(canceled: true)));

    [Fact]
    public void Next_ManyDrawsOfManyStreams_AreEvenlySpread()
    {
        const int Kinds = 7;
        const int Draws = 70_000;
        var counts = new int[Kinds];
        for (var stream = 0; stream < 100; stream++)
        {
            var random = new SplitMix64(0, stream);
            for (var draw = 0; draw < Draws / 100; draw++)
            {
                counts[random.Next(Kinds)]++;
            }
        }

        // Five standard deviations of a count.
        Assert.All(counts, count => Assert.InRange(count, (Draws / Kinds) - 463, (Draws / Kinds) + 463));
    }
}
