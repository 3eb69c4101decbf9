using System.Globalization;
using System.Text.Json;
using CsCheck;
using Parquet;
using PerceptualEval.Cli.Results;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Results;

public sealed class ScoreFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Create_Json_IsTheObjectOfStandardOutput()
    {
        using var stdout = new MemoryStream();
        Scores.WriteAll(new JsonScoreWriter(new StandardOutput(stdout), Scores.Provenance));

        Scores.WriteAll(ScoreFile.Create(_folder["x.json"], Scores.Provenance));

        Assert.Equal(stdout.ToArray(), File.ReadAllBytes(_folder["x.json"]));
        Assert.Equal(["x.json"], _folder.Files);
    }

    [Fact]
    public void Create_JsonLines_IsOneSampleALine()
    {
        Scores.WriteAll(ScoreFile.Create(_folder["x.jsonl"], Scores.Provenance));

        Assert.Equal(
            Scores.Samples.Select(sample => ScoreRow.Of(sample.Id, sample.Loss, sample.NonFinite)),
            File.ReadLines(_folder["x.jsonl"]).Select(line => JsonSerializer.Deserialize(line, ResultJson.Default.ScoreRow)));
    }

    [Fact]
    public void Create_Csv_IsHeaderAndOneSampleALine()
    {
        Scores.WriteAll(ScoreFile.Create(_folder["x.CSV"], Scores.Provenance));

        Assert.Equal(
            "id,loss,latent_l2_loss,perceptual_loss,perceptual_loss_on_inputs,non_finite\r\n"
            + "cat#0,0.25,0.125,0.25,,\r\n"
            + "cat#1,,,0.5,,pred: 3 NaN of 4096 values\r\n"
            + "bäume/it's,0.75,0.5,0.5,,\r\n",
            File.ReadAllText(_folder["x.CSV"]));
    }

    [Theory]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"a\"", "\"say \"\"a\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("two\r\nlines", "\"two\r\nlines\"")]
    [InlineData(" a b ", " a b ")]
    [InlineData("", "")]
    public void Write_CsvIdWithSeparators_IsQuoted(string id, string expected)
    {
        using (var writer = ScoreFile.Create(_folder["x.csv"], Scores.Provenance))
        {
            writer.Write(id, new SampleLoss(1, 2, 3, 4));
        }

        var text = File.ReadAllText(_folder["x.csv"]);
        Assert.Equal(expected + ",1,2,3,4,\r\n", text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
    }

    [Fact]
    public void Write_CsvNumbers_ReadBackToTheLastBit() =>
        Gen.Double.Where(double.IsFinite).Array[1, 20].Sample(
            values =>
            {
                using var folder = new TemporaryFolder();
                using (var writer = ScoreFile.Create(folder["x.csv"], Scores.Provenance))
                {
                    foreach (var value in values)
                    {
                        writer.Write("a", new SampleLoss(value, 0, null, null));
                    }
                }

                var fields = File.ReadLines(folder["x.csv"]).Skip(1).Select(line => line.Split(',')[1]);
                var read = fields.Select(field => double.Parse(field, CultureInfo.InvariantCulture));
                Assert.Equal(values.Select(BitConverter.DoubleToInt64Bits), read.Select(BitConverter.DoubleToInt64Bits));
            },
            iter: 20);

    [Fact]
    public async Task Create_Parquet_ReadsBackTheSame()
    {
        Scores.WriteAll(ScoreFile.Create(_folder["x.parquet"], Scores.Provenance));

        var cancel = TestContext.Current.CancellationToken;
        await using var reader = await ParquetReader.CreateAsync(_folder["x.parquet"], cancellationToken: cancel);
        var fields = reader.Schema.DataFields;
        Assert.Equal(ScoreRow.Columns, fields.Select(field => field.Name));
        Assert.Equal([false, true, true, true, true, true], fields.Select(field => field.IsNullable));
        using var group = reader.OpenRowGroupReader(0);
        Assert.Equal(3, group.RowCount);
        var text = new string?[3];
        await group.ReadAsync(fields[0], text.AsMemory(), cancellationToken: cancel);
        Assert.Equal(["cat#0", "cat#1", "bäume/it's"], text);
        await group.ReadAsync(fields[5], text.AsMemory(), cancellationToken: cancel);
        Assert.Equal([null, "pred: 3 NaN of 4096 values", null], text);
        double?[][] expected = [[0.25, null, 0.75], [0.125, null, 0.5], [0.25, 0.5, 0.5], [null, null, null]];
        for (var column = 0; column < expected.Length; column++)
        {
            var numbers = new double?[3];
            await group.ReadAsync(fields[column + 1], numbers.AsMemory(), cancellationToken: cancel);
            Assert.Equal(expected[column], numbers);
        }

        var metadata = reader.CustomMetadata;
        Assert.Equal("raw", JsonSerializer.Deserialize(metadata[ParquetScoreWriter.ProvenanceKey], ResultJson.Default.ScoreProvenance)!.Units);
        Assert.Equal(ScoreSummary.Of(Scores.Summary, 0), JsonSerializer.Deserialize(metadata[ParquetScoreWriter.SummaryKey], ResultJson.Default.ScoreSummary));
    }

    [Theory]
    [InlineData("x.jsonl", 2)]
    [InlineData("x.csv", 3)]
    public void Write_StreamedFile_HoldsEverySampleBeforeTheRunEnds(string name, int lines)
    {
        using var writer = ScoreFile.Create(_folder[name], Scores.Provenance);
        writer.Write("first", new SampleLoss(1, 1, null, null));
        writer.Write("second", new SampleLoss(2, 2, null, null));

        using var reader = new StreamReader(new FileStream(_folder[name], FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var written = reader.ReadToEnd();

        Assert.Equal(lines, written.Count(character => character == '\n'));
        Assert.Contains("second", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Complete_InterruptedRun_KeepsWhatIsThere()
    {
        Scores.Write(ScoreFile.Create(_folder["x.json"], Scores.Provenance), 1);

        using var document = JsonDocument.Parse(File.ReadAllText(_folder["x.json"]));
        Assert.Equal(0.25, Assert.Single(document.RootElement.GetProperty("samples").EnumerateArray()).GetProperty("loss").GetDouble());
        Assert.Equal(1, document.RootElement.GetProperty("summary").GetProperty("count").GetInt64());
    }

    [Theory]
    [InlineData("x.json")]
    [InlineData("x.jsonl")]
    [InlineData("x.csv")]
    [InlineData("x.parquet")]
    public void Create_RunThatFailsBeforeTheFirstSample_LeavesTheFolderAsItWas(string name)
    {
        File.WriteAllText(_folder["old." + name], "of an earlier run");

        ScoreFile.Create(_folder[name], Scores.Provenance).Dispose();
        ScoreFile.Create(_folder["old." + name], Scores.Provenance).Dispose();

        Assert.Equal(["old." + name], _folder.Files);
        Assert.Equal("of an earlier run", File.ReadAllText(_folder["old." + name]));
    }

    [Theory]
    [InlineData("x.json")]
    [InlineData("x.jsonl")]
    [InlineData("x.csv")]
    [InlineData("x.parquet")]
    public void Complete_ExistingFile_IsReplacedWhole(string name)
    {
        Scores.WriteAll(ScoreFile.Create(_folder["new." + name], Scores.Provenance));
        File.WriteAllText(_folder[name], new string('x', 100_000));

        Scores.WriteAll(ScoreFile.Create(_folder[name], Scores.Provenance));

        Assert.Equal(File.ReadAllBytes(_folder["new." + name]), File.ReadAllBytes(_folder[name]));
    }

    [Fact]
    public void Complete_NoSamples_DoesNotLeaveAnOlderResult()
    {
        File.WriteAllText(_folder["x.jsonl"], "of an earlier run");

        Scores.Write(ScoreFile.Create(_folder["x.jsonl"], Scores.Provenance), 0);

        Assert.Equal("", File.ReadAllText(_folder["x.jsonl"]));
    }
}
