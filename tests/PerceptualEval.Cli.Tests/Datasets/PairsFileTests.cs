using PerceptualEval.Cli.Datasets;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets;

public sealed class PairsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PairsFileTests()
    {
        foreach (var name in new[] { "x/a.npy", "x/b.npy", "x/c,d.npy" })
        {
            _folder.Latent(name);
        }

        _folder.Picture("x/a.png", 4, 4, 0, 0, 0);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_Csv_ResolvesPathsInTheOrderOfTheLines()
    {
        var pairs = _folder.Text("x/pairs.csv", "pred, id,target", $"a.npy,second,{_folder["x/b.npy"]}", "", "\"c,d.npy\",\"the \"\"first\"\"\",../x/a.npy");

        var samples = Open(pairs).Samples().ToArray();

        Assert.Equal(["second", "the \"first\""], samples.Select(sample => sample.Id));
        Assert.Equal([_folder["x/a.npy"], _folder["x/c,d.npy"]], samples.Select(sample => Path.GetFullPath(sample.Pred.Tensor.Path)));
        Assert.Equal([_folder["x/b.npy"], _folder["x/a.npy"]], samples.Select(sample => Path.GetFullPath(sample.Target.Tensor.Path)));
    }

    [Fact]
    public void Read_JsonLines_TakesImagesAndNumbersAsIds()
    {
        var pairs = _folder.Text("x/pairs.jsonl", """{"id": 7, "pred": "a.npy", "target": "b.npy", "image": "a.png"}""");

        var sample = Assert.Single(Open(pairs).Samples());

        Assert.Equal("7", sample.Id);
        Assert.Equal(_folder["x/a.npy"], sample.Pred.Tensor.Path);
        Assert.Equal(_folder["x/b.npy"], sample.Target.Tensor.Path);
        Assert.Equal(_folder["x/a.png"], sample.Image!.Value.Tensor.Path);
    }

    [Fact]
    public void Read_BatchedFiles_NumbersTheSamples()
    {
        _folder.Npy("x/batch.npy", 0, 2, 4, 8, 8);
        var pairs = _folder.Text("x/pairs.csv", "id,pred,target", "one,batch.npy,batch.npy");

        Assert.Equal(["one#0", "one#1"], Open(pairs).Samples().Select(sample => sample.Id));
    }

    [Theory]
    [InlineData("line 1: no column 'target'", "id,pred", "1,a.npy")]
    [InlineData("line 1: unknown column 'step'", "id,pred,target,step", "1,a.npy,a.npy,3")]
    [InlineData("line 1: a column comes twice", "id,pred,target,pred", "1,a.npy,a.npy,a.npy")]
    [InlineData("line 3: 2 fields; the header has 3", "id,pred,target", "1,a.npy,a.npy", "2,a.npy")]
    [InlineData("line 4: id '1' is also that of line 2", "id,pred,target", "1,a.npy,a.npy", "", "1,b.npy,b.npy")]
    [InlineData("line 2: column pred is empty", "id,pred,target", "1,,a.npy")]
    [InlineData("line 2: a quote is not closed", "id,pred,target", "\"1,a.npy,a.npy")]
    [InlineData("has no rows", "id,pred,target")]
    public void Read_WrongCsv_SaysWhereAndWhat(string expected, params string[] lines)
    {
        Assert.Contains(expected, ErrorOf(_folder.Text("x/pairs.csv", lines)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("line 1: no column 'target'", """{"id": "1", "pred": "a.npy"}""")]
    [InlineData("line 1: unknown column 'step'", """{"id": "1", "pred": "a.npy", "target": "a.npy", "step": 3}""")]
    [InlineData("line 1: expected one JSON object", "id,pred,target")]
    [InlineData("line 1: expected one JSON object", "[1]")]
    [InlineData("line 1: expected one JSON object", """{"id": "1", "id": "2", "pred": "a.npy", "target": "a.npy"}""")]
    [InlineData("line 1: expected one JSON object", """{"id": "1", "pred": ["a.npy"], "target": "a.npy"}""")]
    [InlineData("line 1: expected one JSON object", """{"id": null, "pred": "a.npy", "target": "a.npy"}""")]
    [InlineData("line 2: has no image, unlike the lines before", """{"id": "1", "pred": "a.npy", "target": "a.npy", "image": "a.png"}""", """{"id": "2", "pred": "a.npy", "target": "a.npy"}""")]
    [InlineData("line 2: has image, unlike the lines before", """{"id": "1", "pred": "a.npy", "target": "a.npy"}""", """{"id": "2", "pred": "a.npy", "target": "a.npy", "image": "a.png"}""")]
    public void Read_WrongJsonLines_SaysWhereAndWhat(string expected, params string[] lines)
    {
        Assert.Contains(expected, ErrorOf(_folder.Text("x/pairs.jsonl", lines)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ColumnsOfCheckpoints_AreTheirNames()
    {
        var pairs = _folder.Text("x/pairs.csv", "late,image,id,target,early", "a.npy,a.png,one,b.npy,\"c,d.npy\"");

        var dataset = OpenCheckpoints(pairs, out var names);

        Assert.Equal(["late", "early"], names);
        Assert.True(dataset.HasImages);
        Assert.Equal(
            [_folder["x/b.npy"], _folder["x/a.npy"], _folder["x/c,d.npy"], _folder["x/a.png"]],
            Assert.Single(dataset.Samples()).Sources.Select(source => source.Tensor.Path));
    }

    [Theory]
    [InlineData("pairs.csv", "line 1: no column of a checkpoint", "id,target,image", "1,a.npy,a.png")]
    [InlineData("pairs.csv", "line 1: no column 'target'", "id,late", "1,a.npy")]
    [InlineData("pairs.jsonl", "line 2: has no late, unlike", """{"id": "1", "late": "a.npy", "target": "a.npy"}""", """{"id": "2", "early": "a.npy", "target": "a.npy"}""")]
    [InlineData("pairs.jsonl", "line 2: has early, unlike", """{"id": "1", "late": "a.npy", "target": "a.npy"}""", """{"id": "2", "early": "a.npy", "late": "a.npy", "target": "a.npy"}""")]
    public void Read_WrongColumnsOfCheckpoints_SaysWhereAndWhat(string name, string expected, params string[] lines)
    {
        var pairs = _folder.Text($"x/{name}", lines);

        Assert.Contains(expected, Assert.Throws<DatasetException>(() => OpenCheckpoints(pairs, out _)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingFiles_AreRefusedOrLeftOut()
    {
        var pairs = _folder.Text("x/pairs.csv", "id,pred,target", "1,none.npy,a.npy", "2,a.npy,b.npy", "3,a.npy,gone.npy");
        var expected = $"2 in --pairs '{pairs}' naming a file that does not exist: line 2 (pred 'none.npy'), line 4 (target 'gone.npy')";

        Assert.Equal($"{expected}. Add what is missing, or leave these out with --allow-missing.", ErrorOf(pairs));
        var dataset = Dataset.OpenLatents(null, null, null, pairs, new(AllowMissing: true));
        Assert.Equal(["2"], dataset.Samples().Select(sample => sample.Id));
        Assert.Equal($"left out: {expected}", dataset.Warning);
    }

    [Fact]
    public void Read_AllFilesMissing_IsRefusedEvenWhereMissingIsAllowed()
    {
        var pairs = _folder.Text("x/pairs.csv", "id,pred,target", "1,none.npy,a.npy");

        var exception = Assert.Throws<DatasetException>(() => Dataset.OpenLatents(null, null, null, pairs, new(AllowMissing: true)));

        Assert.StartsWith("nothing pairs: 1 in --pairs", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OtherExtension_IsRefused()
    {
        Assert.EndsWith("pairs.tsv': expected a .csv or .jsonl file.", ErrorOf(_folder.Text("x/pairs.tsv", "id\tpred\ttarget")), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FileThatDoesNotExist_IsNamed()
    {
        Assert.StartsWith($"--pairs '{_folder["none.csv"]}' can't be read", ErrorOf(_folder["none.csv"]), StringComparison.Ordinal);
    }

    private static Dataset Open(string pairs) => Dataset.OpenLatents(null, null, null, pairs, new());

    private static Dataset OpenCheckpoints(string pairs, out IReadOnlyList<string> names) =>
        Dataset.OpenCheckpointPairs(pairs, new(), LatentReading.Default, LatentReading.Default, out names);

    private static string ErrorOf(string pairs) => Assert.Throws<DatasetException>(() => Open(pairs)).Message;
}
