using System.Text;
using System.Text.Json;
using Parquet;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Results.Folders;

public sealed class ResultFolderWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_RowsOfEveryKind_ReadBackTheSame()
    {
        ResultRow[] rows =
        [
            new(0, "early", new ScoreRow("a#0", 0.1, 0.2, 0.3, null, null)),
            new(0, "late", new ScoreRow("a#0", 1e-300, -0.0, double.MaxValue, 0.5, null)),
            new(1, "early", new ScoreRow("bäume/it's, \"b\"", null, null, 0.5, null, "pred: 3 NaN of 4096 values") { Frames = [new FrameLoss(0.25, null), new FrameLoss(0.75, null)] }),
            ResultRow.PassedOver(2, "c", "'c.npz': CRC-32"),
        ];
        using (var writer = Open(partSize: 2))
        {
            writer.Write(rows[..1]);
            writer.Write(rows[1..2]);
            writer.Write(rows[2..]);
            writer.Complete("""{"count":3}"""u8);
        }

        var read = ResultSet.Read(_folder["out"]);

        Assert.Equal([2, 2], read.Manifest!.Parts.Select(part => part.Rows));
        Assert.Equal(Text(rows[..3]), Text(read.Rows));
        Assert.Equal(Text(rows[3..]), Text(read.BadFiles));
        Assert.Equal(["early", "late"], read.Checkpoints);
        Assert.Equal("""{"count":3}""", JsonSerializer.Serialize(read.Summary));
        Assert.Equal("score", read.Manifest.Verb);
        Assert.Equal(ResultState.Complete, read.Manifest.State);
    }

    [Fact]
    public async Task Write_PartOfBadFilesOnly_HasTheColumnsOfTheOthers()
    {
        using (var writer = Open(partSize: 1))
        {
            writer.Write([ResultRow.PassedOver(0, "a", "'a.npz': CRC-32")]);
            writer.Write([new(1, "early", new ScoreRow("b", 0.1, 0.2, 0.3, null, null) { Frames = [new FrameLoss(0.25, null)] })]);
            writer.Write([new(2, null, new ScoreRow("c", 0.1, 0.2, 0.3, null, null))]);
            writer.Complete("{}"u8);
        }

        string[] expected =
        [
            "sample Int64", "id String", "checkpoint String?", "loss Double?", "latent_l2_loss Double?", "perceptual_loss Double?",
            "perceptual_loss_on_inputs Double?", "non_finite String?", "bad_file String?", "frames String?",
        ];
        for (var part = 0; part < 3; part++)
        {
            Assert.Equal(expected, await Columns(ResultManifest.PartName(part)));
        }
    }

    [Fact]
    public void Summarize_RowsReadBack_IsTheRunsSummary()
    {
        using (var writer = Open())
        {
            writer.Write(Scores.Samples.Select((sample, index) => new ResultRow(index, null, ScoreRow.Of(sample.Id, sample.Loss, sample.NonFinite))));
            writer.Complete("{}"u8);
        }

        Assert.Equal(Scores.Summary, ResultSet.Read(_folder["out"]).Summarize());
    }

    [Fact]
    public void Summarize_NothingFinite_StillHasTheTermsThatWereComputed()
    {
        using (var writer = Open())
        {
            writer.Write([new ResultRow(0, null, ScoreRow.Of("a", new SampleLoss(double.NaN, 1, double.NaN, null), null))]);
            writer.Complete("{}"u8);
        }

        var summary = ResultSet.Read(_folder["out"]).Summarize();

        Assert.Equal((1, 1), (summary.Count, summary.NonFinite));
        Assert.NotNull(summary.PerceptualLoss);
        Assert.Null(summary.PerceptualLossOnInputs);
    }

    [Fact]
    public void Open_WhatAKilledRunLeft_IsGoneOnWith()
    {
        // Killed while it wrote the third part: the second has no place in the manifest yet, the third is a piece.
        WriteRows(10);
        var part = File.ReadAllBytes(_folder["out/part-00000.parquet"]);
        _folder.Write("out/part-00001.parquet", part);
        _folder.Write("out/.part-00002.parquet.partial", part.AsSpan(0, 100));
        _folder.Write("out/.lock", []);

        using (var writer = Open(resume: true))
        {
            Assert.Equal(Enumerable.Range(0, 10).Select(i => $"s{i}"), writer.Kept.Select(row => row.Id));
            Assert.False(writer.IsComplete);
            writer.Write(Rows(10, 5));
            writer.Complete("{}"u8);
        }

        Assert.Equal(Enumerable.Range(0, 15).Select(i => $"s{i}"), ResultSet.Read(_folder["out"]).Rows.Select(row => row.Id));
    }

    [Fact]
    public void Open_FolderInUse_IsRefused()
    {
        using var first = Open();

        Assert.Contains("another process is writing results here", Refused(() => Open(resume: true)), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FolderOfOtherThings_IsRefused()
    {
        _folder.Text("out/thesis.tex", "");

        Assert.Contains("holds 'thesis.tex' and no manifest.json", Refused(() => Open()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, "is missing; the manifest lists it with 10 rows")]
    [InlineData(0, "0 bytes with sha256")]
    [InlineData(700, "700 bytes with sha256")]
    public void Read_PartThatIsMissingOrCut_IsRefused(int length, string expected)
    {
        WriteRows(10);
        var path = _folder["out/part-00000.parquet"];
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        if (length >= 0)
        {
            File.WriteAllBytes(path, bytes[..length]);
        }

        Assert.Contains(expected, Refused(() => ResultSet.Read(_folder["out"])), StringComparison.Ordinal);
        Assert.Contains(expected, Refused(() => Open(resume: true)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_PartWithAnyBitChanged_IsRefused()
    {
        WriteRows(10);
        var path = _folder["out/part-00000.parquet"];
        var bytes = File.ReadAllBytes(path);
        for (var i = 0; i < bytes.Length; i += 97)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 4;
            File.WriteAllBytes(path, changed);

            Assert.Contains("was changed or damaged", Refused(() => ResultSet.Read(_folder["out"])), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\"schema\": 1", "\"schema\": 2", "schema 2; this version of the tool")]
    [InlineData("\"schema\": 1,", "", "has no schema number")]
    [InlineData("part-00000.parquet", "../out/part-00000.parquet", "expected 'part-00000.parquet'")]
    [InlineData("\"rows\": 10", "\"rows\": 11", "10 rows; the manifest has 11")]
    [InlineData("\"verb\": \"score\",", "", "can't be read")]
    [InlineData("\"running\"", "\"walking\"", "can't be read")]
    [InlineData("\"parts\": [", "\"parts\": null, \"x\": [", "can't be read")]
    [InlineData("{", "", "can't be read")]
    public void Read_ManifestThatIsDamaged_IsRefused(string found, string replacement, string expected)
    {
        WriteRows(10);
        var text = File.ReadAllText(_folder["out/manifest.json"]);
        Assert.Contains(found, text, StringComparison.Ordinal);
        File.WriteAllText(_folder["out/manifest.json"], text.Replace(found, replacement, StringComparison.Ordinal));

        Assert.Contains(expected, Refused(() => ResultSet.Read(_folder["out"])), StringComparison.Ordinal);
    }

    private async Task<string[]> Columns(string part)
    {
        await using var reader = await ParquetReader.CreateAsync(_folder[$"out/{part}"], cancellationToken: TestContext.Current.CancellationToken);
        return [.. reader.Schema.DataFields.Select(field => $"{field.Name} {NameOf(field.ClrType)}{(field.IsNullable ? "?" : "")}")];

        static string NameOf(Type type) => type == typeof(ReadOnlyMemory<char>) ? "String" : type.Name;
    }

    private static string[] Text(IEnumerable<ResultRow> rows) =>
        [.. rows.Select(row => $"{row.Sample} {row.Checkpoint} {Encoding.UTF8.GetString(ResultJson.Bytes(row.Score, ResultJson.Default.ScoreRow))} {row.BadFile}")];

    private static IEnumerable<ResultRow> Rows(int first, int count) =>
        Enumerable.Range(first, count).Select(i => new ResultRow(i, null, new ScoreRow($"s{i}", i, i, null, null, null)));

    private static string Refused(Func<object> action) => Assert.Throws<ResultException>(action).Message;

    private void WriteRows(int count)
    {
        using var writer = Open();
        writer.Write(Rows(0, count));
        writer.Flush();
    }

    private ResultFolderWriter Open(int partSize = 100, bool resume = false)
    {
        var provenance = JsonElement.Parse(ResultJson.Bytes(Scores.Provenance, ResultJson.Default.ScoreProvenance));
        return ResultFolderWriter.Open(_folder["out"], new ResultRun("score", new Dictionary<string, string> { ["pred"] = "a" }, provenance), partSize, resume);
    }
}
