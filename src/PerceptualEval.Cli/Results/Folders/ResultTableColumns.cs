using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace PerceptualEval.Cli.Results.Folders;

/// <summary>The columns of one row group of results, put together into rows.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="group">The row group; stays the caller's.</param>
/// <param name="fields">The file's fields.</param>
internal sealed class ResultTableColumns(string path, ParquetRowGroupReader group, DataField[] fields)
{
    private readonly Dictionary<string, double?[]> _numbers = [];
    private readonly Dictionary<string, string?[]?> _texts = [];
    private long[]? _samples;

    /// <summary>How many rows there are.</summary>
    public int Count { get; } = checked((int)group.RowCount);

    /// <summary>Reads all columns.</summary>
    /// <exception cref="ResultException">One that every result has is missing, or is of another type.</exception>
    public async Task Load()
    {
        if (Find(ResultColumns.Sample, typeof(long), isRequired: false) is { } sample)
        {
            _samples = new long[Count];
            await group.ReadAsync<long>(sample, _samples.AsMemory()).ConfigureAwait(false);
        }

        foreach (var name in new[] { ResultColumns.Loss, ResultColumns.LatentL2Loss, ResultColumns.PerceptualLoss, ResultColumns.PerceptualLossOnInputs })
        {
            var values = _numbers[name] = new double?[Count];
            await group.ReadAsync<double>(Find(name, typeof(double), isRequired: true)!, values.AsMemory()).ConfigureAwait(false);
        }

        foreach (var name in new[] { ResultColumns.Id, ResultColumns.Checkpoint, ResultColumns.NonFinite, ResultColumns.BadFile, ResultColumns.Frames })
        {
            var field = Find(name, typeof(ReadOnlyMemory<char>), isRequired: name == ResultColumns.Id);
            var values = _texts[name] = field is null ? null : new string?[Count];
            if (field is not null)
            {
                await group.ReadAsync(field, values.AsMemory()!).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Puts a row together.</summary>
    /// <param name="index">Which one of the group.</param>
    /// <param name="sample">The sample's number where the file has no column of them.</param>
    public ResultRow Row(int index, long sample) => new(
        _samples?[index] ?? sample,
        Text(ResultColumns.Checkpoint, index),
        new ScoreRow(
            Text(ResultColumns.Id, index) ?? throw new ResultException(path, $"row {index} has no id. Give results that this tool wrote."),
            _numbers[ResultColumns.Loss][index],
            _numbers[ResultColumns.LatentL2Loss][index],
            _numbers[ResultColumns.PerceptualLoss][index],
            _numbers[ResultColumns.PerceptualLossOnInputs][index],
            Text(ResultColumns.NonFinite, index))
        {
            Frames = Text(ResultColumns.Frames, index) is { } frames ? JsonSerializer.Deserialize(frames, ResultJson.Default.IReadOnlyListFrameLoss) : null,
        })
    {
        BadFile = Text(ResultColumns.BadFile, index),
    };

    private string? Text(string column, int index) => _texts[column]?[index];

    private DataField? Find(string name, Type type, bool isRequired)
    {
        var field = Array.Find(fields, field => field.Path.ToString() == name);
        return field is null
            ? isRequired ? throw new ResultException(path, $"has no column '{name}'. Give results that this tool wrote.") : null
            : field.ClrType == type && field.MaxRepetitionLevel == 0 ? field
            : throw new ResultException(path, $"column '{name}' holds {field.ClrType.Name}; expected {(type == typeof(ReadOnlyMemory<char>) ? "text" : type.Name)}. Give results that this tool wrote.");
    }
}
