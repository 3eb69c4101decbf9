using Parquet;
using Parquet.Serialization;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Tests.Datasets.Archives;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;
using PerceptualEval.TestSupport.Fuzzing;

namespace PerceptualEval.Cli.Tests.Fuzzing;

/// <summary>Parquet tables, damaged. Runs longer where <c>PERCEPTUAL_EVAL_FUZZ_MINUTES</c> is set.</summary>
public sealed class ParquetFuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_DamagedTable_ReadsOrRefuses()
    {
        byte[][] tables =
        [
            await Table(CompressionMethod.None, ParquetRows.Nested("a.png", 0, 2, 3, 4), ParquetRows.Nested("b.png", 100, 2, 3, 4)),
            await Table(CompressionMethod.Snappy, ParquetRows.Nested("a.png", 0, 4, 2, 2), ParquetRows.Nested("b.png", 100, 4, 2, 2)),
            await Table(CompressionMethod.Gzip, ParquetRows.Nested("a", 0, 1, 2, 2)),
            await Table(CompressionMethod.Zstd, new ParquetRows.Flat { Latents = [1, 2, 3, 4], Shape = [1, 2, 2] }, new ParquetRows.Flat { Latents = [5, 6], Shape = [2, 1, 1] }),
        ];
        var path = _folder["a.parquet"];
        var fuzz = new FuzzRun(exception => exception is DatasetException or TensorFileException, input => ArchiveFuzzTests.ReadEverything(path, input));

        var count = fuzz.Run(2_000, seed =>
        {
            var mutator = new Mutator(seed);
            return mutator.Mutate(tables[mutator.Next(tables.Length)], tables[mutator.Next(tables.Length)]);
        });

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} inputs");
        Assert.True(count > 0);
    }

    private static async Task<byte[]> Table<T>(CompressionMethod compression, params T[] rows)
    {
        using var stream = new MemoryStream();
        await ParquetSerializer.SerializeAsync(rows, stream, new ParquetOptions { CompressionMethod = compression, RowGroupSize = 1 }, cancellationToken: TestContext.Current.CancellationToken);
        return stream.ToArray();
    }
}
