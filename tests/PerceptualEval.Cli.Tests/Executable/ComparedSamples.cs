using System.Globalization;
using System.Text.Json;
using Parquet;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>The checkpoints, ids and losses of a file that <c>compare --out</c> wrote.</summary>
internal static class ComparedSamples
{
    /// <summary>Reads them, in the order of the file.</summary>
    public static async Task<(string Checkpoint, string Id, double Loss)[]> Read(string path)
    {
        var cancel = TestContext.Current.CancellationToken;
        return Path.GetExtension(path) switch
        {
            ".json" => [.. JsonElement.Parse(await File.ReadAllBytesAsync(path, cancel)).GetProperty("samples").EnumerateArray().Select(OfJson)],
            ".jsonl" => [.. (await File.ReadAllLinesAsync(path, cancel)).Select(line => OfJson(JsonElement.Parse(line)))],
            ".csv" => OfCsv(await File.ReadAllLinesAsync(path, cancel)),
            _ => await OfParquet(path, cancel),
        };
    }

    private static (string Checkpoint, string Id, double Loss) OfJson(JsonElement sample) =>
        (sample.GetProperty("checkpoint").GetString()!, sample.GetProperty("id").GetString()!, sample.GetProperty("loss").GetDouble());

    private static (string Checkpoint, string Id, double Loss)[] OfCsv(string[] lines)
    {
        Assert.Equal("checkpoint,id,loss,latent_l2_loss,perceptual_loss,perceptual_loss_on_inputs,non_finite", lines[0]);
        return [.. lines.Skip(1).Select(line => line.Split(',')).Select(fields => (fields[0], fields[1], double.Parse(fields[2], CultureInfo.InvariantCulture)))];
    }

    private static async Task<(string Checkpoint, string Id, double Loss)[]> OfParquet(string path, CancellationToken cancel)
    {
        await using var reader = await ParquetReader.CreateAsync(path, cancellationToken: cancel);
        using var group = reader.OpenRowGroupReader(0);
        var fields = reader.Schema.DataFields;
        Assert.Equal(["checkpoint", "id", "loss"], fields.Take(3).Select(field => field.Name));
        var (checkpoints, ids) = (new string?[group.RowCount], new string?[group.RowCount]);
        var losses = new double?[group.RowCount];
        await group.ReadAsync(fields[0], checkpoints.AsMemory(), cancellationToken: cancel);
        await group.ReadAsync(fields[1], ids.AsMemory(), cancellationToken: cancel);
        await group.ReadAsync(fields[2], losses.AsMemory(), cancellationToken: cancel);
        return [.. Enumerable.Range(0, losses.Length).Select(i => (checkpoints[i]!, ids[i]!, losses[i]!.Value))];
    }
}
