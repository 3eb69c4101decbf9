using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.Cli.Datasets.Reading;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets;

public sealed class PosteriorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // The documented generator, written again in Python: a score must not change with the runtime.
    [Fact]
    public void Fill_SeedAndId_GivesTheDocumentedNumbers()
    {
        var noise = new float[5];

        PosteriorNoise.Fill(noise, 7, "dog#1");

        Assert.Equal([0.95930704f, -0.31352783f, 2.46815465f, 0.21183787f, 0.20358266f], noise, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Fill_ManyValues_AreStandardNormal()
    {
        var noise = new float[100_001];

        PosteriorNoise.Fill(noise, 0, "a");

        // Four standard errors of the mean and of the standard deviation.
        var mean = noise.Average();
        Assert.InRange(mean, -4 / Math.Sqrt(noise.Length), 4 / Math.Sqrt(noise.Length));
        var std = Math.Sqrt(noise.Average(value => Math.Pow(value - mean, 2)));
        Assert.InRange(std, 1 - (4 / Math.Sqrt(2 * noise.Length)), 1 + (4 / Math.Sqrt(2 * noise.Length)));
    }

    [Fact]
    public void Read_MeanAndStd_AddsStdTimesNoise()
    {
        var path = Npy("img-mean-std-00000001.npy", [1, 2, 3, 0.5f, 0, 2], 2, 1, 3);
        var noise = new float[3];
        PosteriorNoise.Fill(noise, 5, "img00000001");

        Assert.Equal([1 + (0.5f * noise[0]), 2, 3 + (2 * noise[2])], Read(path, "img00000001", new() { Posterior = PosteriorReading.Sample, Seed = 5 }));
    }

    [Fact]
    public void Read_PlainWithANegativeSpread_TakesItForTheLogarithmOfTheVariance()
    {
        var path = Npy("a.npy", [1, 2, 3, 0, -2, 4], 2, 1, 3);
        var noise = new float[3];
        PosteriorNoise.Fill(noise, 0, "x");

        var values = Read(path, "x", new() { Posterior = PosteriorReading.Sample, Space = Space(1) });

        Assert.Equal([1 + noise[0], 2 + (MathF.Exp(-1) * noise[1]), 3 + (MathF.Exp(2) * noise[2])], values);
    }

    [Fact]
    public void Read_PlainWithoutNegativeSpread_TakesItForTheStandardDeviation()
    {
        var path = Npy("a.npy", [1, 2, 3, 0, 2, 4], 2, 1, 3);
        var noise = new float[3];
        PosteriorNoise.Fill(noise, 0, "x");

        Assert.Equal([1, 2 + (2 * noise[1]), 3 + (4 * noise[2])], Read(path, "x", new() { Posterior = PosteriorReading.Sample, Space = Space(1) }));
    }

    [Fact]
    public void Read_PlainOfTwiceTheChannels_IsAPosteriorOnlyWhereTheUserSaysSo()
    {
        var path = Npy("a.npy", [1, 2, 3, 4, 5, 6], 2, 1, 3);

        Assert.Equal([1, 2, 3, 4, 5, 6], Read(path, "x", new() { Space = Space(1) }));
        Assert.Equal([1, 2, 3], Read(path, "x", new() { Space = Space(1), Posterior = PosteriorReading.Mean }));
        Assert.Equal([1, 2, 3, 4, 5, 6], Read(path, "x", new() { Space = Space(2), Posterior = PosteriorReading.Mean }));
    }

    [Fact]
    public void Read_PosteriorOfOddChannels_IsRefused()
    {
        var path = Npy("img-mean-std-1.npy", [1, 2, 3], 3, 1, 1);

        Assert.Contains("need a multiple of 2 channels, these are 3", Assert.Throws<DatasetException>(() => Read(path, "x", new())).Message, StringComparison.Ordinal);
    }

    private static LatentSpace Space(int channels) => new() { Channels = channels, SpatialFactor = 8, Units = LatentUnits.Raw };

    private static float[] Read(string path, string id, LatentReading reading)
    {
        var tensor = Assert.Single(SampleTensor.ReadHeaders(new FileOnDisk(id, path), new DatasetInput("--pred", path, SourceKind.Latent) { Reading = reading }));
        var values = new float[tensor.SampleShape.ElementCount];
        using var reader = new SampleReader(1);
        reader.Read(new Sample(id, [new SampleSource(tensor, 0)]), 0, values);
        return values;
    }

    private string Npy(string name, float[] values, params long[] shape)
    {
        NpyFile.Write(_folder[name], new TensorShape(shape), values);
        return _folder[name];
    }
}
