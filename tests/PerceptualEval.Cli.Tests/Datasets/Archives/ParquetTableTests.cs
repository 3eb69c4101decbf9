using Parquet;
using Parquet.Serialization;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Archives;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets.Archives;

public sealed class ParquetTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_NestedListsInRowGroups_AreLatentsOfTheirShapes()
    {
        // Two rows in the first group, one in the second.
        var path = await Write(2, ParquetRows.Nested("a.png", 0, 2, 3, 4), ParquetRows.Nested("b.png", 100, 2, 3, 4), ParquetRows.Nested("c.png", 200, 1, 2, 2));

        var files = Read(path);

        Assert.Equal(["a", "b", "c"], files.Select(file => file.Id));
        Assert.Equal("[2,3,4]", files[1].Shape);
        Assert.Equal(Enumerable.Range(100, 24).Select(value => (float)value), files[1].Values);
        Assert.Equal("[1,2,2]", files[2].Shape);
        Assert.Equal([200, 201, 202, 203], files[2].Values);
    }

    [Fact]
    public async Task Files_FlatListsWithAShape_TakeIt()
    {
        var path = await Write(10, new ParquetRows.Flat { Latents = [1, 2, 3, 4], Shape = [1, 2, 2] }, new ParquetRows.Flat { Latents = [5, 6], Shape = [2, 1, 1] });

        var files = Read(path);

        Assert.Equal(["0", "1"], files.Select(file => file.Id));
        Assert.Equal(["[1,2,2]", "[2,1,1]"], files.Select(file => file.Shape));
        Assert.Equal([5, 6], files[1].Values);
    }

    [Fact]
    public async Task OpenLatents_TwoTables_Pair()
    {
        var path = await Write(1, ParquetRows.Nested("a", 1, 4, 2, 2), ParquetRows.Nested("b", 2, 4, 2, 2));
        var reading = LatentReading.Default with { Units = Models.LatentUnits.Raw };

        var dataset = Dataset.OpenLatents(path, path, null, null, new DatasetRules(), reading, reading);

        Assert.Equal(["a", "b"], dataset.Samples().Select(sample => sample.Id));
        Assert.Null(dataset.SampleCount);
    }

    [Fact]
    public async Task Files_WrongShape_IsRefused()
    {
        Refuses(await Write(1, new ParquetRows.Flat { Latents = [1, 2, 3], Shape = [1, 2, 2] }), "a row has 3 numbers; its shape is [1,2,2]");
        Refuses(await Write(1, new ParquetRows.Flat { Latents = [1, 2, 3], Shape = [-1, -3, 1] }), "its shape is [-1,-3,1]");
        Refuses(await Write(1, new ParquetRows.Flat { Latents = [1], Shape = [long.MaxValue, long.MaxValue, long.MaxValue] }), "a row has 1 numbers");
    }

    [Fact]
    public async Task Files_ListsThatAreNoTensor_AreRefused()
    {
        Refuses(await Write(1, new ParquetRows.NestedRow { Latent = [[[1, 2], [3]], [[4, 5], [6, 7]]] }), "lists of different lengths");
        Refuses(await Write(1, new ParquetRows.NestedRow { Latent = [[[1, 2], [3, 4]], [[5, 6]]] }), "lists of different lengths");
        Refuses(await Write(1, new ParquetRows.NestedRow { Latent = [[[1, 2], []], [[4, 5], [6, 7]]] }), "has an empty list in it");
        Refuses(await Write(1, new ParquetRows.NestedRow { Latent = [] }), "is empty");
    }

    [Fact]
    public async Task Files_TableWithoutLatents_SaysWhatItHas()
    {
        Refuses(await Write(1, new TwoLists { First = [1], Second = [2] }), "has 2 columns of number lists (First, Second)");
        Refuses(await Write(1, new OneList { Values = [1, 2, 3, 4] }), "holds flat lists");
        Refuses(await Write(1, ParquetRows.Nested("../a", 0, 1, 1, 1)), "leaves the archive's folder");
    }

    [Fact]
    public async Task Files_ListsInPagesOfVersion2_AreRefusedWithWhatToDo()
    {
        // The first column's page header stands behind PAR1 and begins with its type, 0: a data page. 3 is that of version 2.
        var path = await Write(1, new ParquetRows.Flat { Latents = [1], Shape = [1, 1, 1] });
        var content = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var page = content.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x15, 0, 0x15]);
        content[page + 1] = 2 * 3;
        await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);

        Refuses(path, "has lists in data pages of version 2, which are not read; write the table with version 1 (pyarrow: data_page_version='1.0')");
    }

    [Fact]
    public async Task CheckColumn_PagesThatRowGroupsShare_AreRefused()
    {
        var path = await Write(1, ParquetRows.Nested("a", 0, 2, 3, 4));
        await using var stream = new BoundedStream(File.OpenRead(path));
        var claims = new ParquetClaims(stream);
        await using var reader = await ParquetReader.CreateAsync(stream, cancellationToken: TestContext.Current.CancellationToken);
        using var group = reader.OpenRowGroupReader(0);
        var field = reader.Schema.DataFields.Single(field => field.MaxRepetitionLevel > 0);

        claims.CheckColumn(group, field);
        var refusal = Assert.Throws<InvalidDataException>(() => Array.ForEach(new int[100], _ => claims.CheckColumn(group, field)));

        Assert.Contains("its row groups overlap", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_TableCutAtEveryByte_AreRefused()
    {
        var content = await File.ReadAllBytesAsync(await Write(1, ParquetRows.Nested("a", 0, 1, 2, 2)), TestContext.Current.CancellationToken);
        for (var length = 0; length < content.Length; length++)
        {
            await File.WriteAllBytesAsync(_folder["cut.parquet"], content[..length], TestContext.Current.CancellationToken);
            Assert.Throws<DatasetException>(() => Read(_folder["cut.parquet"]));
        }
    }

    private static List<(string Id, string Shape, float[] Values)> Read(string path)
    {
        var read = new List<(string, string, float[])>();
        foreach (var file in Archive.At(path)!.Files(SourceKind.Latent, ""))
        {
            using var tensors = file.OpenTensors();
            using var buffer = tensors.Read(tensors.Tensors[0]);
            read.Add((file.Id, buffer.Shape.ToString(), buffer.Span.ToArray()));
        }

        return read;
    }

    private static void Refuses(string path, string expected) =>
        Assert.Contains(expected, Assert.Throws<DatasetException>(() => Read(path)).Message, StringComparison.Ordinal);

    private async Task<string> Write<T>(int rowGroup, params T[] rows)
    {
        var path = _folder["table.parquet"];
        await ParquetSerializer.SerializeAsync(rows, path, new ParquetOptions { RowGroupSize = rowGroup }, cancellationToken: TestContext.Current.CancellationToken);
        return path;
    }

    private sealed class TwoLists
    {
        public List<float> First { get; set; } = [];

        public List<float> Second { get; set; } = [];
    }

    private sealed class OneList
    {
        public List<float> Values { get; set; } = [];
    }
}
