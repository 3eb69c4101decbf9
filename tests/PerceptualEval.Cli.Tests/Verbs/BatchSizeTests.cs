using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Verbs;
using PerceptualEval.Inference;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Verbs;

public sealed class BatchSizeTests : IDisposable
{
    private const int Samples = 8;

    private readonly TemporaryFolder _folder = new();

    // Milliseconds a sample at sizes 1, 2, 4 and so on.
    [Theory]
    [InlineData(1, 100, 99)]
    [InlineData(2, 100, 50, 49)]
    [InlineData(4, 100, 90, 80, 100)]
    public void Measured_Auto_DoublesWhileItPaysAndStays(int expected, params int[] perSample)
    {
        var size = new BatchSize(1, isAuto: true, () => 0.1);
        foreach (var milliseconds in perSample)
        {
            MeasureTwice(size, milliseconds);
        }

        Assert.Equal(expected, size.Size);
        MeasureTwice(size, 1);
        Assert.Equal(expected, size.Size);
    }

    [Fact]
    public void Measured_AutoWithLittleMemory_DoesNotGrow()
    {
        var size = new BatchSize(4, isAuto: true, () => 0.5);
        MeasureTwice(size, 100);

        Assert.Equal(4, size.Size);
    }

    // Pictures of four times the area take four times as long: that is no reason against a larger batch.
    [Fact]
    public void Measured_AutoWithLargerSamples_ComparesTheTimePerValue()
    {
        var size = new BatchSize(1, isAuto: true, () => 0.1);
        MeasureTwice(size, 100);
        MeasureTwice(size, 360, valuesPerSample: 64);

        Assert.Equal(4, size.Size);
    }

    [Fact]
    public void Measured_SizeThatWasAskedFor_Stays()
    {
        var size = new BatchSize(4, isAuto: false, () => 0.1);
        MeasureTwice(size, 100);

        Assert.Equal((4, (object)4), (size.Size, size.Asked));
    }

    // Memory for so many samples at once; the losses tell which sample of the batch they are of.
    [Theory]
    [InlineData(8, 8)]
    [InlineData(7, 4)]
    [InlineData(3, 2)]
    [InlineData(1, 1)]
    public void Score_BatchThatFails_IsScoredInHalvesInOrder(int most, int expectedSize)
    {
        using var batch = Batch();
        var size = new BatchSize(Samples);

        var losses = size.Score(batch, part => part.Samples.Count > most ? throw Failure(most) : [Losses(part, 0), Losses(part, 100)]);

        Assert.Equal(Enumerable.Range(0, Samples).Select(i => (double)i), losses[0].Select(loss => loss.Loss));
        Assert.Equal(Enumerable.Range(100, Samples).Select(i => (double)i), losses[1].Select(loss => loss.Loss));
        Assert.Equal(expectedSize, size.Size);
    }

    [Fact]
    public void Score_SampleThatFailsAlone_IsTheFault()
    {
        using var batch = Batch();

        Assert.Equal("no memory", Assert.Throws<InferenceException>(() => new BatchSize(Samples).Score(batch, _ => throw new InferenceException("no memory"))).Message);
    }

    [Fact]
    public void Score_FaultOfAnotherKind_IsNotTriedAgain()
    {
        using var batch = Batch();
        var tries = 0;

        Assert.Throws<DatasetException>(() => new BatchSize(Samples).Score(batch, _ =>
        {
            tries++;
            throw new DatasetException("wrong shape");
        }));
        Assert.Equal(1, tries);
    }

    public void Dispose() => _folder.Dispose();

    private static void MeasureTwice(BatchSize size, int millisecondsPerSample, int valuesPerSample = 16)
    {
        // The first batch of a size may be slow, and others do not count.
        var samples = size.Size;
        size.Measured(samples, samples * valuesPerSample, TimeSpan.FromHours(1));
        size.Measured(samples + 1, samples * valuesPerSample, TimeSpan.Zero);
        size.Measured(samples, samples * valuesPerSample, TimeSpan.FromMilliseconds(millisecondsPerSample * samples));
    }

    private static Exception Failure(int most) => most % 2 == 0 ? new InsufficientMemoryException() : new InferenceException("no memory");

    private static SampleLoss[] Losses(SampleBatch batch, double offset) =>
        [.. batch.Samples.Select((sample, i) => new SampleLoss(batch.Target.Sample(i)[0] + offset, batch.Pred.Sample(i)[0], null, null))];

    // Sample i of the target holds the value i.
    private SampleBatch Batch()
    {
        _folder.Npy("t.npy", [.. Enumerable.Range(0, Samples * 16).Select(i => (float)(i / 16))], Samples, 4, 2, 2);
        _folder.Npy("p.npy", new float[Samples * 16], Samples, 4, 2, 2);
        return BatchReader.Read(Dataset.OpenLatents(_folder["p.npy"], _folder["t.npy"], null, null, new DatasetRules()), Samples, TestContext.Current.CancellationToken).Single();
    }
}
