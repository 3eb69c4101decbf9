using System.Text;
using Parquet;
using Parquet.Schema;

namespace PerceptualEval.Cli.Results.Folders;

/// <summary>A Parquet file of result rows: a part of a folder, or what <c>--out FILE.parquet</c> wrote.</summary>
/// <param name="Rows">The rows, in the file's order.</param>
/// <param name="Metadata">What the file says of itself: provenance and summary as JSON, under the keys of <see cref="ParquetScoreWriter"/>.</param>
internal sealed record ResultTable(IReadOnlyList<ResultRow> Rows, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Writes rows as a Parquet file.</summary>
    /// <param name="rows">At least one row.</param>
    /// <param name="metadata">What the file says of itself.</param>
    /// <returns>The file's bytes; the same for the same rows.</returns>
    public static byte[] Write(IReadOnlyList<ResultRow> rows, IReadOnlyDictionary<string, string> metadata)
    {
        // Parquet.Net is asynchronous only; into memory it never waits.
        using var file = new MemoryStream();
        WriteAsync(rows, metadata, file).GetAwaiter().GetResult();
        return file.ToArray();
    }

    /// <summary>Reads a Parquet file of results.</summary>
    /// <param name="path">Where it lies, for messages.</param>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="ResultException">It is no Parquet file, or a column is missing or of another type.</exception>
    public static ResultTable Read(string path, byte[] bytes)
    {
        try
        {
            using var file = new MemoryStream(bytes);
            return ReadAsync(path, file).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is not (ResultException or OutOfMemoryException))
        {
            // Parquet.Net says what is wrong with a file by exceptions of every kind.
            throw new ResultException(path, $"can't be read as Parquet ({exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}). Give results that this tool wrote.", exception);
        }
    }

    private static async Task WriteAsync(IReadOnlyList<ResultRow> rows, IReadOnlyDictionary<string, string> metadata, Stream file)
    {
        await using var writer = await ParquetWriter.CreateAsync(ResultColumns.Schema, file).ConfigureAwait(false);
        writer.CustomMetadata = metadata.ToDictionary();
        using var group = writer.CreateRowGroup();
        foreach (var field in ResultColumns.Schema.DataFields)
        {
            await WriteColumn(group, field, rows).ConfigureAwait(false);
        }
    }

    private static async ValueTask WriteColumn(ParquetRowGroupWriter group, DataField field, IReadOnlyList<ResultRow> rows)
    {
        if (field.Name == ResultColumns.Sample)
        {
            await group.WriteAsync<long>(field, rows.Select(row => row.Sample).ToArray()).ConfigureAwait(false);
        }
        else if (field.ClrType == typeof(double))
        {
            await group.WriteAsync<double>(field, rows.Select(row => Number(row.Score, field.Name)).ToArray()).ConfigureAwait(false);
        }
        else
        {
            await group.WriteAsync(field, rows.Select(row => Text(row, field.Name)!).ToArray()).ConfigureAwait(false);
        }
    }

    private static double? Number(ScoreRow row, string column) => column switch
    {
        ResultColumns.Loss => row.Loss,
        ResultColumns.LatentL2Loss => row.LatentL2Loss,
        ResultColumns.PerceptualLoss => row.PerceptualLoss,
        _ => row.PerceptualLossOnInputs,
    };

    private static string? Text(ResultRow row, string column) => column switch
    {
        ResultColumns.Id => row.Id,
        ResultColumns.Checkpoint => row.Checkpoint,
        ResultColumns.NonFinite => row.Score.NonFinite,
        ResultColumns.BadFile => row.BadFile,
        _ => row.Score.Frames is { } frames ? Encoding.UTF8.GetString(ResultJson.Bytes(frames, ResultJson.Default.IReadOnlyListFrameLoss)) : null,
    };

    private static async Task<ResultTable> ReadAsync(string path, Stream file)
    {
        await using var reader = await ParquetReader.CreateAsync(file).ConfigureAwait(false);
        var rows = new List<ResultRow>();
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            var columns = new ResultTableColumns(path, group, reader.Schema.DataFields);
            await columns.Load().ConfigureAwait(false);
            for (var row = 0; row < columns.Count; row++)
            {
                rows.Add(columns.Row(row, rows.Count));
            }
        }

        return new ResultTable(rows, reader.CustomMetadata);
    }
}
