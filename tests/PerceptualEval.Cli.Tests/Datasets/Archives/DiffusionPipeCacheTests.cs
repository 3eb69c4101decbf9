using Microsoft.Data.Sqlite;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Archives;
using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets.Archives;

public sealed class DiffusionPipeCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cache")]
    [InlineData("cache/metadata.db")]
    public void OpenLatents_CacheOfTwoShards_ReadsTheItemsInOrder(string path)
    {
        foreach (var (root, first) in new[] { ("p", 100f), ("t", 0f) })
        {
            WriteCache($"{root}/cache", [[first, first + 1], [first + 2]]);
        }

        var dataset = Dataset.OpenLatents(_folder[$"p/{path}"], _folder[$"t/{path}"], null, null, new DatasetRules());

        Assert.Equal(["0", "1", "2"], dataset.Samples().Select(sample => sample.Id));
        Assert.Equal([(0, 100), (1, 101), (2, 102)], Values(dataset));
        Assert.Equal(3, dataset.SampleCount);
    }

    [Fact]
    public void OpenLatents_FolderOfBuckets_LeavesTextEmbeddingsOut()
    {
        foreach (var root in new[] { "p", "t" })
        {
            WriteCache($"{root}/cache_1.0_1/latents", [[1]]);
            WriteCache($"{root}/cache_1.0_1/text_embeddings_0", [[7]]);
            WriteCache($"{root}/cache_0.5_1/latents", [[2]]);
        }

        var dataset = Dataset.OpenLatents(_folder["p"], _folder["t"], null, null, new DatasetRules());

        Assert.Equal(["cache_0.5_1/latents/0", "cache_1.0_1/latents/0"], dataset.Samples().Select(sample => sample.Id));
        Assert.Equal([(2, 2), (1, 1)], Values(dataset));
    }

    [Theory]
    [InlineData("DROP TABLE items", "no such table: items")]
    [InlineData("DROP TABLE shard_0", "no such table: shard_0")]
    [InlineData("UPDATE items SET shard_index = 9", "table shard_0 has no row 9")]
    [InlineData("UPDATE items SET shard = 'x; DROP TABLE items'", "column shard holds 'x; DROP TABLE items' where a number is expected")]
    [InlineData("UPDATE items SET shard = NULL", "where a number is expected")]
    [InlineData("UPDATE items SET shard_index = 9223372036854775807", "has no row 9223372036854775807")]
    [InlineData("UPDATE shard_0 SET offset = -1", "column offset holds '-1'")]
    [InlineData("UPDATE shard_0 SET size = 1.5", "column size holds '1.5'")]
    public void Files_DatabaseThatDoesNotDescribeItems_IsRefused(string sql, string expected)
    {
        WriteCache("cache", [[1]]);
        Execute(_folder["cache/metadata.db"], sql);

        var exception = Assert.Throws<DatasetException>(Files);

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith($"'{_folder["cache/metadata.db"]}'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_DatabaseOfSomethingElse_IsRefused()
    {
        WriteCache("cache", [[1]]);
        File.WriteAllText(_folder["cache/metadata.db"], "not a database, but long enough to be taken for the header of one, which has a hundred bytes; some more");

        Assert.Contains("not a database", Assert.Throws<DatasetException>(Files).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenTensors_ItemBeyondItsShard_IsRefused()
    {
        WriteCache("cache", [[1]]);
        Execute(_folder["cache/metadata.db"], "UPDATE shard_0 SET size = 9223372036854775807");

        var file = Assert.Single(Files());

        Assert.Contains("It is cut off", Assert.Throws<TensorFiles.TensorFileException>(file.OpenTensors).Message, StringComparison.Ordinal);
    }

    private static (float Target, float Pred)[] Values(Dataset dataset)
    {
        var values = new List<(float, float)>();
        foreach (var batch in BatchReader.Read(dataset, 8, TestContext.Current.CancellationToken))
        {
            using (batch)
            {
                values.AddRange(Enumerable.Range(0, batch.Samples.Count).Select(i => (batch.Target.Sample(i)[0], batch.Pred.Sample(i)[0])));
            }
        }

        return [.. values];
    }

    private static void Execute(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    // As the trainer does, but with .npy items: readers tell them by their content.
    private void WriteCache(string name, float[][] shards)
    {
        _folder.Folder(name);
        var sql = "CREATE TABLE fingerprint(value); INSERT INTO fingerprint VALUES('x'); CREATE TABLE items(shard, shard_index);";
        for (var shard = 0; shard < shards.Length; shard++)
        {
            using var file = File.Create(_folder[$"{name}/shard_{shard}.bin"]);
            sql += $"CREATE TABLE shard_{shard}(offset, size);";
            for (var i = 0; i < shards[shard].Length; i++)
            {
                var item = TarBytes.Latent(shards[shard][i]);
                sql += $"INSERT INTO items VALUES({shard}, {i}); INSERT INTO shard_{shard} VALUES({file.Length}, {item.Length});";
                file.Write(item);
            }
        }

        Execute(_folder[$"{name}/metadata.db"], sql);
    }

    private List<DatasetFile> Files() => [.. Archive.At(_folder["cache/metadata.db"])!.Files(SourceKind.Latent, "")];
}
