using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Reading;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets;

/// <summary>A folder's bad files are counted and passed over; files given by name, and with --strict any, end the run.</summary>
public sealed class BadFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BadFilesTests()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            _folder.Latent($"t/{name}.npy");
            _folder.Latent($"p/{name}.npy");
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Samples_FileThatIsNoTensor_IsPassedOverWithItsReason()
    {
        _folder.Text("p/b.npy", "hello");

        var dataset = Open();

        Assert.Equal(["a", "c"], Batches(dataset));
        Assert.Equal(1, dataset.Bad.Count);
        Assert.StartsWith($"'b' passed over: '{_folder["p/b.npy"]}': is not a tensor file", Assert.Single(dataset.Bad.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_ShapesThatDiffer_ArePassedOver()
    {
        _folder.Npy("p/a.npy", 0, 4, 2, 3);

        var dataset = Open();

        Assert.Equal(["b", "c"], Batches(dataset));
        Assert.Contains("expected equal shapes", dataset.Bad.First, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FileDamagedAfterOpening_IsPassedOverAndTheBatchGoesOn()
    {
        var dataset = Open();
        _folder.Text("t/b.npy", "damaged meanwhile");

        // Headers are read again with the values, so the sample goes missing before or in its batch.
        Assert.Equal(["a", "c"], Batches(dataset));
        Assert.Equal(1, dataset.Bad.Count);
    }

    [Fact]
    public void Read_ValuesThatCanNotBeRead_LeaveTheOthersOfTheBatch()
    {
        var dataset = Open();
        var samples = dataset.Samples().ToArray();
        _folder.Text("t/b.npy", "damaged after its header was read");

        using var reader = new SampleReader(2);
        var exception = Assert.Throws<TensorFileException>(() => reader.Read(samples[1], 0, new float[16]));

        Assert.Equal("b", reader.Current!.Id);
        Assert.True(dataset.PassesOver("b", exception));
        Assert.Equal(1, dataset.Bad.Count);
    }

    [Fact]
    public void Open_NothingThatCanBeRead_IsRefusedWithTheFirstReason()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            _folder.Text($"p/{name}.npy", "hello");
        }

        Assert.StartsWith($"nothing can be read: 'a' passed over: '{_folder["p/a.npy"]}'", Assert.Throws<DatasetException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Strict_EndsAtTheFirstBadFile()
    {
        _folder.Text("p/b.npy", "hello");

        Assert.Throws<TensorFileException>(() => Open(strict: true));
    }

    [Fact]
    public void Open_FilesGivenByName_EndAtTheFirstBadOne()
    {
        var bad = _folder.Text("bad.npy", "hello");

        Assert.Throws<TensorFileException>(() => Dataset.OpenLatents(bad, _folder["t/a.npy"], null, null, new()));
    }

    [Fact]
    public void Lines_ManyReasons_ShowTheFirstTwentyAndTheRest()
    {
        var bad = new BadFiles();
        for (var i = 0; i < 25; i++)
        {
            bad.Add($"{i}", "why");
        }

        Assert.Equal(21, bad.Lines.Count());
        Assert.Equal("'19' passed over: why", bad.Lines.ElementAt(19));
        Assert.Equal("and 5 more that can't be read", bad.Lines.Last());
    }

    private static string[] Batches(Dataset dataset) => [.. BatchReader.Read(dataset, 8).SelectMany(batch =>
    {
        using (batch)
        {
            Assert.Equal(batch.Samples.Count, batch.Target.Shape[0]);
            return batch.Samples.Select(sample => sample.Id).ToArray();
        }
    })];

    private Dataset Open(bool strict = false) => Dataset.OpenLatents(_folder["p"], _folder["t"], null, null, new(Strict: strict));
}
