using System.Text;
using System.Text.Json;
using CsCheck;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Tests.Results;

public sealed class JsonScoreWriterTests
{
    [Fact]
    public void Complete_SmallResult_IsExactlyTheContract()
    {
        // The interval: mean 0.5, std sqrt(0.125), two samples, t(0.975, 1) = 12.7062047361747.
        const string expected = """
            {
            "schema":1,
            "provenance":{"version":"0.1.0","runtime":"onnxruntime 1.31.1","device":"cpu","decoder":{"name":"taef2","sha256":"aa11"},"lpips":{"name":"squeeze","sha256":"bb22"},"weights":{"latent":1,"perceptual":0.5,"input":0},"units":"raw","resize":"none","clamp":false,"batch":4},
            "samples":[
            {"id":"cat#0","loss":0.25,"latent_l2_loss":0.125,"perceptual_loss":0.25,"perceptual_loss_on_inputs":null},
            {"id":"cat#1","loss":null,"latent_l2_loss":null,"perceptual_loss":0.5,"perceptual_loss_on_inputs":null,"non_finite":"pred: 3 NaN of 4096 values"},
            {"id":"bäume/it's","loss":0.75,"latent_l2_loss":0.5,"perceptual_loss":0.5,"perceptual_loss_on_inputs":null}
            ],
            "summary":{"count":3,"non_finite":1,"bad_files":0,"loss":{"mean":0.5,"std":0.3535533905932738,"min":0.25,"p50":0.5,"p95":0.725,"max":0.75,"ci95":[LO,HI]},

            """;
        var json = Written(Scores.WriteAll);

        var interval = Scores.Summary.Loss.Ci95!.Value;
        Assert.Equal(0.5 - 12.7062047361747 * 0.25, interval.Low, 1e-10);
        Assert.Equal(0.5 + 12.7062047361747 * 0.25, interval.High, 1e-10);
        var start = expected.ReplaceLineEndings("\n").TrimEnd()
            .Replace("LO", FormattableString.Invariant($"{interval.Low}"), StringComparison.Ordinal)
            .Replace("HI", FormattableString.Invariant($"{interval.High}"), StringComparison.Ordinal);
        Assert.Equal(start, json[..start.Length]);
        Assert.EndsWith(",\"perceptual_loss_on_inputs\":null}\n}\n", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Complete_SmallResult_ReadsBackTheSame()
    {
        using var document = JsonDocument.Parse(Written(Scores.WriteAll));
        var root = document.RootElement;

        Assert.Equal(["schema", "provenance", "samples", "summary"], root.EnumerateObject().Select(property => property.Name));
        Assert.Equal(ScoreSummary.Of(Scores.Summary, 0), root.GetProperty("summary").Deserialize(ResultJson.Default.ScoreSummary));
        Assert.Equal(
            Scores.Samples.Select(sample => ScoreRow.Of(sample.Id, sample.Loss, sample.NonFinite)),
            root.GetProperty("samples").EnumerateArray().Select(row => row.Deserialize(ResultJson.Default.ScoreRow)));
        var provenance = root.GetProperty("provenance").Deserialize(ResultJson.Default.ScoreProvenance)!;
        Assert.Equal(Scores.Provenance with { More = provenance.More }, provenance);
        Assert.Equal(4, Assert.IsType<JsonElement>(provenance.More?["batch"]).GetInt32());
    }

    [Fact]
    public void Complete_NoSamples_HasEveryKeyAndNoNumbers()
    {
        using var document = JsonDocument.Parse(Written(writer => Scores.Write(writer, 0)));
        var summary = document.RootElement.GetProperty("summary");

        Assert.Equal("[]", document.RootElement.GetProperty("samples").GetRawText());
        Assert.Equal(0, summary.GetProperty("count").GetInt64());
        Assert.Equal("""{"mean":null,"std":null,"min":null,"p50":null,"p95":null,"max":null,"ci95":null}""", summary.GetProperty("loss").GetRawText());
        Assert.Equal(JsonValueKind.Null, summary.GetProperty("perceptual_loss").ValueKind);
    }

    [Fact]
    public void Complete_SummaryThatOverflows_IsStillJson()
    {
        var accumulator = new LossAccumulator();
        accumulator.Update(new SampleLoss(0, 0, null, null));
        accumulator.Update(new SampleLoss(1e200, 0, null, null));

        using var document = JsonDocument.Parse(Written(writer => writer.Complete(accumulator.Compute())));

        Assert.Equal(5e199, document.RootElement.GetProperty("summary").GetProperty("loss").GetProperty("mean").GetDouble());
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("summary").GetProperty("loss").GetProperty("std").ValueKind);
    }

    [Fact]
    public void Complete_NotCalled_LeavesStandardOutputEmpty()
    {
        using var destination = new MemoryStream();
        using (var writer = new JsonScoreWriter(new StandardOutput(destination), Scores.Provenance))
        {
            writer.Write("a", new SampleLoss(1, 1, 1, 1));
        }

        Assert.Equal(0, destination.Length);
    }

    [Fact]
    public void Write_AnyFiniteNumber_ReadsBackToTheLastBit() =>
        Gen.Double.Where(double.IsFinite).Sample(value =>
        {
            var row = ResultJson.Bytes(ScoreRow.Of("a", new SampleLoss(value, value, value, value), null), ResultJson.Default.ScoreRow);
            var loss = JsonSerializer.Deserialize(row, ResultJson.Default.ScoreRow)!.Loss!.Value;
            return BitConverter.DoubleToInt64Bits(loss) == BitConverter.DoubleToInt64Bits(value);
        });

    private static string Written(Action<ScoreWriter> write)
    {
        using var destination = new MemoryStream();
        using (var writer = new JsonScoreWriter(new StandardOutput(destination), Scores.Provenance))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(destination.ToArray());
    }
}
