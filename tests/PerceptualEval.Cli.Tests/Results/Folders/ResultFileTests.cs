using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Results.Folders;

public sealed class ResultFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("x.json", true)]
    [InlineData("x.parquet", true)]
    [InlineData("x.jsonl", false)]
    [InlineData("x.csv", false)]
    public void Read_FileOfARun_HasItsRowsAndSummary(string name, bool hasProvenance)
    {
        Scores.WriteAll(ScoreFile.Create(_folder[name], Scores.Provenance));

        var read = ResultSet.Read(_folder[name]);

        Assert.Equal(
            Scores.Samples.Select((sample, index) => new ResultRow(index, null, ScoreRow.Of(sample.Id, sample.Loss, sample.NonFinite))), read.Rows);
        Assert.Equal(Scores.Summary, read.Summarize());
        Assert.Equal(hasProvenance ? Scores.Provenance.Weights : null, read.Weights());
        Assert.Equal(hasProvenance ? 3 : null, read.Summary?.GetProperty("count").GetInt64());
    }

    [Theory]
    [InlineData("x.csv")]
    [InlineData("x.jsonl")]
    [InlineData("x.parquet")]
    public void Read_IdsWithLineBreaksAndQuotes_AreWhatWasWritten(string name)
    {
        string[] ids = ["two\r\nlines", "\n", "say \"a\",\n\"\"", "plain"];
        using (var file = ScoreFile.Create(_folder[name], Scores.Provenance))
        {
            foreach (var id in ids)
            {
                file.Write(id, new SampleLoss(1, 2, 3, null));
            }

            file.Complete(Scores.Summary);
        }

        Assert.Equal(ids, ResultSet.Read(_folder[name]).Rows.Select(row => row.Id));
    }

    [Theory]
    [InlineData("x.json", "[1, 2]", "holds no 'samples'")]
    [InlineData("x.json", "{\"samples\":[{\"loss\":1}]}", "a sample has no id")]
    [InlineData("x.json", "{\"samples\":[", "can't be read")]
    [InlineData("x.jsonl", "{\"id\":\"a\",\"loss\":\"much\"}", "can't be read")]
    [InlineData("x.csv", "name,score\r\na,1\r\n", "row 1 is 'name,score'; expected id,loss")]
    [InlineData("x.csv", "id,loss,latent_l2_loss,perceptual_loss,perceptual_loss_on_inputs,non_finite\r\na,1\r\n", "row 2 is 'a,1'")]
    [InlineData("x.csv", "id,loss,latent_l2_loss,perceptual_loss,perceptual_loss_on_inputs,non_finite\r\na,much,,,,\r\n", "can't be read")]
    [InlineData("x.csv", "id,loss,latent_l2_loss,perceptual_loss,perceptual_loss_on_inputs,non_finite\r\n\"a,1,1,,,\r\n", "a quote is not closed in the row that begins with '\"a,1,1")]
    [InlineData("x.parquet", "PAR1", "can't be read as Parquet")]
    [InlineData("x.txt", "", "'.txt' names no format")]
    public void Read_FileThatIsNoResult_IsRefused(string name, string content, string expected)
    {
        File.WriteAllText(_folder[name], content);

        var message = Assert.Throws<ResultException>(() => ResultSet.Read(_folder[name])).Message;

        Assert.StartsWith($"'{_folder[name]}': ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"checkpoint":"a","id":"x","loss":1}""", "holds sample 'x' of 'a' twice")]
    [InlineData("""{"id":"x","loss":1}""", "holds sample 'x' without a checkpoint")]
    public void Compare_RowsThatAreNoComparison_AreRefused(string line, string expected)
    {
        _folder.Text("x.jsonl", """{"checkpoint":"a","id":"x","loss":1}""", line);

        var message = Assert.Throws<ResultException>(() => ResultSet.Read(_folder["x.jsonl"]).Compare(TestContext.Current.CancellationToken)).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NothingThere_IsRefused() =>
        Assert.Contains("there is no such file or folder", Assert.Throws<ResultException>(() => ResultSet.Read(_folder["x.json"])).Message, StringComparison.Ordinal);
}
