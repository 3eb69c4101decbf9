using System.Buffers.Binary;
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
            _folder.DiffusionPipeCache($"{root}/cache", [[first, first + 1], [first + 2]]);
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
            _folder.DiffusionPipeCache($"{root}/cache_1.0_1/latents", [[1]]);
            _folder.DiffusionPipeCache($"{root}/cache_1.0_1/text_embeddings_0", [[7]]);
            _folder.DiffusionPipeCache($"{root}/cache_0.5_1/latents", [[2]]);
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
        _folder.DiffusionPipeCache("cache", [[1]]);
        DiffusionPipeFiles.Execute(_folder["cache/metadata.db"], sql);

        var exception = Assert.Throws<DatasetException>(Files);

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith($"'{_folder["cache/metadata.db"]}'", exception.Message, StringComparison.Ordinal);
    }

    // Without end: SELECT x + 1 FROM c begins again and again.
    [Theory]
    [InlineData("items", "shard, shard_index, rowid", "SELECT 0, 0, x")]
    [InlineData("shard_0", "offset, size, rowid", "SELECT 0, 0, -x")]
    public void Files_ViewInPlaceOfATable_IsRefused(string name, string columns, string select)
    {
        _folder.DiffusionPipeCache("cache", [[1]]);
        DiffusionPipeFiles.Execute(
            _folder["cache/metadata.db"],
            $"DROP TABLE {name}; CREATE VIEW {name}({columns}) AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) {select} FROM c");

        Assert.Contains($"its {name} is a view; expected a table", Assert.Throws<DatasetException>(Files).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_TableWhosePagesReferToOneAnotherAgain_IsRefused()
    {
        const int PageBytes = 512;
        _folder.DiffusionPipeCache("cache", [[1]]);
        var path = _folder["cache/metadata.db"];
        DiffusionPipeFiles.Execute(
            path,
            $"PRAGMA page_size = {PageBytes}; DELETE FROM items; VACUUM; "
            + "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 3000) INSERT INTO items SELECT 0, 0 FROM c");
        var content = File.ReadAllBytes(path);

        // The root of the large table is the one page of references (type 5); let all of them be to its first child, and cut the others off.
        var root = Enumerable.Range(1, (content.Length / PageBytes) - 1).Single(page => content[page * PageBytes] == 5) * PageBytes;
        var cells = Enumerable.Range(0, BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(root + 3)))
            .Select(i => root + BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(root + 12 + (2 * i)))).ToArray();
        var child = cells.Append(root + 8).Min(place => BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(place)));
        Array.ForEach([.. cells, root + 8], place => BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(place), child));
        var pages = Math.Max((int)child, (root / PageBytes) + 1);
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(28), (uint)pages);
        File.WriteAllBytes(path, content[..(pages * PageBytes)]);

        Assert.Contains($"has more rows than the database has bytes, {pages * PageBytes}", Assert.Throws<DatasetException>(Files).Message, StringComparison.Ordinal);
    }

    // Found by fuzzing: SQLite's messages quote the file.
    [Theory]
    [InlineData("UPDATE items SET shard = 'x\u001b[31m'")]
    [InlineData("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE items(shard \u0001' WHERE name = 'items'")]
    public void Files_ControlCharactersInTheDatabase_AreNotInTheMessage(string sql)
    {
        _folder.DiffusionPipeCache("cache", [[1]]);
        DiffusionPipeFiles.Execute(_folder["cache/metadata.db"], sql);

        Assert.DoesNotContain(Assert.Throws<DatasetException>(Files).Message, char.IsControl);
    }

    [Fact]
    public void Files_DatabaseOfSomethingElse_IsRefused()
    {
        _folder.DiffusionPipeCache("cache", [[1]]);
        File.WriteAllText(_folder["cache/metadata.db"], "not a database, but long enough to be taken for the header of one, which has a hundred bytes; some more");

        Assert.Contains("not a database", Assert.Throws<DatasetException>(Files).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenTensors_ItemBeyondItsShard_IsRefused()
    {
        _folder.DiffusionPipeCache("cache", [[1]]);
        DiffusionPipeFiles.Execute(_folder["cache/metadata.db"], "UPDATE shard_0 SET size = 9223372036854775807");

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

    private List<DatasetFile> Files() => [.. Archive.At(_folder["cache/metadata.db"])!.Files(SourceKind.Latent, "")];
}
