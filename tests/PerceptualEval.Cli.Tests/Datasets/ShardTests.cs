using PerceptualEval.Cli.Datasets;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets;

public sealed class ShardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // xxh64("a") = d24ec4f1a98c6e5b and xxh64("") = ef46db3751d8e999, as the reference implementation has them.
    [Theory]
    [InlineData("a", 0xd24ec4f1a98c6e5b)]
    [InlineData("", 0xef46db3751d8e999)]
    public void Takes_KnownHash_IsItsRemainder(string id, ulong hash)
    {
        for (var count = 1; count < 20; count++)
        {
            Assert.Equal((int)(hash % (ulong)count) + 1, Assert.Single(Enumerable.Range(1, count), index => new Shard(index, count).Takes(id)));
        }
    }

    [Theory]
    [InlineData("1/1", 1, 1)]
    [InlineData("3/16", 3, 16)]
    public void Parse_Division_IsRead(string text, int index, int count) => Assert.Equal(new Shard(index, count), Shard.Parse(text));

    [Theory]
    [InlineData("0/2")]
    [InlineData("3/2")]
    [InlineData("1")]
    [InlineData("1/2/3")]
    [InlineData("-1/2")]
    [InlineData("a/b")]
    public void Parse_SomethingElse_IsNull(string text) => Assert.Null(Shard.Parse(text));

    [Fact]
    public void Samples_OfAllShards_AreTheDatasetWithItsNumbers()
    {
        _folder.Npy("p/many.npy", 0, 40, 4, 2, 2);
        _folder.Npy("t/many.npy", 0, 40, 4, 2, 2);
        _folder.Latent("p/one.npy");
        _folder.Latent("t/one.npy");
        File.WriteAllText(_folder["p/zero.npy"], "no tensor");
        _folder.Latent("t/zero.npy");

        var whole = Open(null);
        var shards = Enumerable.Range(1, 3).Select(index => Open(new Shard(index, 3))).ToArray();

        var expected = whole.Samples().Select(sample => (sample.Number, sample.Id)).ToArray();
        var divided = shards.Select(shard => shard.Samples().Select(sample => (sample.Number, sample.Id)).ToArray()).ToArray();
        Assert.Equal(41, whole.SampleCount);
        Assert.Equal(Enumerable.Range(0, 41).Select(i => (long)i), expected.Select(sample => sample.Number));
        Assert.Equal(expected, divided.SelectMany(samples => samples).Order());
        Assert.Equal(divided.Select(samples => (long?)samples.Length), shards.Select(shard => shard.SampleCount));
        Assert.Equal((1, 1), (whole.Bad.Count, shards.Sum(shard => shard.Bad.Count)));
    }

    [Fact]
    public void Samples_SkippedOnes_AreNotThereAndKeepTheNumbersOfTheRest()
    {
        _folder.Npy("p/many.npy", 0, 5, 4, 2, 2);
        _folder.Npy("t/many.npy", 0, 5, 4, 2, 2);
        var dataset = Open(null);

        dataset.Skip(new HashSet<string> { "many#0", "many#3" });

        Assert.Equal([(1L, "many#1"), (2L, "many#2"), (4L, "many#4")], dataset.Samples().Select(sample => (sample.Number, sample.Id)));
    }

    private Dataset Open(Shard? shard) => Dataset.OpenLatents(_folder["p"], _folder["t"], null, null, new DatasetRules(Shard: shard));
}
