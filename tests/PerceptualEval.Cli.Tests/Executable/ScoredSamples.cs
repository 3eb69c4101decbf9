using System.Globalization;
using System.Text.Json;
using Parquet;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>The ids and losses that a run of <c>score</c> put out, whatever the format.</summary>
internal static class ScoredSamples
{
    /// <summary>Those of the object of <c>--json</c>.</summary>
    public static (string Id, double Loss)[] Of(JsonElement json) => [.. json.GetProperty("samples").EnumerateArray().Select(OfSample)];

    /// <summary>Those of a file of <c>--out</c>.</summary>
    public static async Task<(string Id, double Loss)[]> Read(string path)
    {
        var cancel = TestContext.Current.CancellationToken;
        return Path.GetExtension(path) switch
        {
            ".json" => Of(JsonElement.Parse(await File.ReadAllBytesAsync(path, cancel))),
            ".jsonl" => [.. (await File.ReadAllLinesAsync(path, cancel)).Select(line => OfSample(JsonElement.Parse(line)))],
            ".csv" => [.. (await File.ReadAllLinesAsync(path, cancel)).Skip(1).Select(OfCsv)],
            _ => await OfParquet(path, cancel),
        };
    }

    private static (string Id, double Loss) OfSample(JsonElement sample) => (sample.GetProperty("id").GetString()!, sample.GetProperty("loss").GetDouble());

    private static (string Id, double Loss) OfCsv(string line)
    {
        var fields = line.Split(',');
        return (fields[0], double.Parse(fields[1], CultureInfo.InvariantCulture));
    }

    private static async Task<(string Id, double Loss)[]> OfParquet(string path, CancellationToken cancel)
    {
        await using var reader = await ParquetReader.CreateAsync(path, cancellationToken: cancel);
        using var group = reader.OpenRowGroupReader(0);
        var ids = new string?[group.RowCount];
        var losses = new double?[group.RowCount];
        await group.ReadAsync(reader.Schema.DataFields[0], ids.AsMemory(), cancellationToken: cancel);
        await group.ReadAsync(reader.Schema.DataFields[1], losses.AsMemory(), cancellationToken: cancel);
        return [.. ids.Zip(losses, (id, loss) => (id!, loss!.Value))];
    }
}
