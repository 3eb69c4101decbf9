using PerceptualEval.Cli.Datasets;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets;

public sealed class DatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OpenLatents_TwoFiles_PairUnderTheTargetsName()
    {
        var pred = _folder.Latent("epoch3.npy");
        var target = _folder.Latent("truth.v1.npy");

        var dataset = Dataset.OpenLatents(pred, target, null, null, new());

        var sample = Assert.Single(dataset.Samples());
        Assert.Equal("truth.v1", sample.Id);
        Assert.Equal(target, sample.Target.Tensor.Path);
        Assert.Equal(pred, sample.Pred.Tensor.Path);
        Assert.Equal(new TensorShape(4, 2, 2), sample.Pred.Tensor.SampleShape);
        Assert.Null(sample.Image);
        Assert.Equal(1, dataset.SampleCount);
        Assert.Null(dataset.Warning);
    }

    [Fact]
    public void OpenLatents_BatchedFiles_NumberTheSamples()
    {
        var dataset = Dataset.OpenLatents(_folder.Npy("p.npy", 0, 3, 4, 2, 2), _folder.Npy("t.npy", 0, 3, 4, 2, 2), null, null, new());

        Assert.Equal(["t#0", "t#1", "t#2"], IdsOf(dataset));
        Assert.Equal([0, 1, 2], dataset.Samples().Select(sample => sample.Pred.BatchIndex));
        Assert.Equal(3, dataset.SampleCount);
    }

    [Fact]
    public void OpenLatents_ShardedSets_PairByKeyHoweverTheyAreCut()
    {
        _folder.Safetensors("p/m-00001-of-00001.safetensors", ("a", 100, [4, 2, 2]), ("b", 200, [4, 2, 2]));
        _folder.Text("p/m.safetensors.index.json", """{"weight_map":{"a":"m-00001-of-00001.safetensors","b":"m-00001-of-00001.safetensors"}}""");
        _folder.Safetensors("t/m-00001-of-00002.safetensors", ("a", 1, [4, 2, 2]));
        _folder.Safetensors("t/m-00002-of-00002.safetensors", ("b", 2, [4, 2, 2]));
        _folder.Text("t/m.safetensors.index.json", """{"weight_map":{"a":"m-00001-of-00002.safetensors","b":"m-00002-of-00002.safetensors"}}""");

        foreach (var name in new[] { "", "/m.safetensors.index.json" })
        {
            var dataset = Dataset.OpenLatents(_folder[$"p{name}"], _folder[$"t{name}"], null, null, new DatasetRules());
            using var batch = Assert.Single(BatchReader.Read(dataset, 4, TestContext.Current.CancellationToken));

            Assert.Equal(["m/a", "m/b"], batch.Samples.Select(sample => sample.Id));
            Assert.Equal([1f, 2f], [batch.Target.Span[0], batch.Target.Span[16]]);
            Assert.Equal([100f, 200f], [batch.Pred.Span[0], batch.Pred.Span[16]]);
        }
    }

    [Fact]
    public void OpenLatents_BatchOfOneAndNone_PairAsOneSample()
    {
        var dataset = Dataset.OpenLatents(_folder.Npy("p.npy", 0, 4, 2, 2), _folder.Npy("t.npy", 0, 1, 4, 2, 2), null, null, new());

        Assert.Equal(["t#0"], IdsOf(dataset));
    }

    [Fact]
    public void OpenLatents_Folders_PairByRelativePathInNaturalOrder()
    {
        foreach (var name in new[] { "img10", "img2", "sub/img1" })
        {
            _folder.Latent($"p/{name}.npy");
            _folder.Latent($"t/{name}.bin");
        }

        var dataset = Dataset.OpenLatents(_folder["p"], _folder["t"], null, null, new());

        Assert.Equal(["img2", "img10", "sub/img1"], IdsOf(dataset));
        Assert.All(dataset.Samples(), sample => Assert.Equal(_folder[$"p/{sample.Id}.npy"], sample.Pred.Tensor.Path));
    }

    [Fact]
    public void OpenLatents_ImagesFolder_PairsPicturesAndTensors()
    {
        foreach (var name in new[] { "a", "b" })
        {
            _folder.Latent($"p/{name}.npy");
            _folder.Latent($"t/{name}.npy");
        }

        _folder.Picture("i/a.png", 5, 3, 0, 0, 0);
        _folder.Npy("i/b.npy", 0, 3, 6, 7);

        var samples = Dataset.OpenLatents(_folder["p"], _folder["t"], _folder["i"], null, new()).Samples().ToArray();

        Assert.Equal(new TensorShape(3, 3, 5), samples[0].Image!.Value.Tensor.SampleShape);
        Assert.Equal(new TensorShape(3, 6, 7), samples[1].Image!.Value.Tensor.SampleShape);
    }

    [Fact]
    public void OpenLatents_FilesOfSeveralTensors_PairByKey()
    {
        var pred = _folder.Safetensors("p.safetensors", ("two", 0, [2, 4, 2, 2]), ("one", 0, [4, 2, 2]));
        var target = _folder.Safetensors("t.safetensors", ("one", 0, [4, 2, 2]), ("two", 0, [2, 4, 2, 2]));

        var samples = Dataset.OpenLatents(pred, target, null, null, new()).Samples().ToArray();

        Assert.Equal(["t/one", "t/two#0", "t/two#1"], samples.Select(sample => sample.Id));
        Assert.All(samples, sample => Assert.Equal(sample.Target.Tensor.Name, sample.Pred.Tensor.Name));
    }

    [Fact]
    public void OpenLatents_OneTensorInEachFile_PairsWhateverTheKeys()
    {
        var pred = _folder.Safetensors("p.safetensors", ("latent", 0, [4, 2, 2]));

        Assert.Equal(["t"], IdsOf(Dataset.OpenLatents(pred, _folder.Latent("t.npy"), null, null, new())));
    }

    [Fact]
    public void OpenLatents_KeysWithoutPartner_AreRefusedOrLeftOut()
    {
        var pred = _folder.Safetensors("p.safetensors", ("one", 0, [4, 2, 2]), ("extra", 0, [4, 2, 2]));
        var target = _folder.Safetensors("t.safetensors", ("one", 0, [4, 2, 2]), ("lost", 0, [4, 2, 2]));
        var expected = $"1 in --target '{target}' without a partner in --pred '{pred}': t/lost; 1 in --pred '{pred}' without a partner in --target '{target}': t/extra";

        Assert.StartsWith(expected, ErrorOf(pred, target), StringComparison.Ordinal);
        var dataset = Dataset.OpenLatents(pred, target, null, null, new(AllowMissing: true));
        Assert.Equal(["t/one"], IdsOf(dataset));
        Assert.Equal($"left out: {expected}", dataset.Warning);
    }

    [Fact]
    public void OpenLatents_FilesWithoutPartner_AreListedOnBothSides()
    {
        for (var i = 0; i < 8; i++)
        {
            _folder.Latent($"t/only{i}.npy");
        }

        _folder.Latent("t/both.npy");
        _folder.Latent("p/both.npy");
        _folder.Latent("p/mine.npy");
        var (pred, target) = (_folder["p"], _folder["t"]);
        var expected = $"8 in --target '{target}' without a partner in --pred '{pred}': only0, only1, only2, only3, only4, …; "
            + $"1 in --pred '{pred}' without a partner in --target '{target}': mine";

        Assert.Equal($"{expected}. Add what is missing, or leave these out with --allow-missing.", ErrorOf(pred, target));
        var dataset = Dataset.OpenLatents(pred, target, null, null, new(AllowMissing: true));
        Assert.Equal(["both"], IdsOf(dataset));
        Assert.Equal($"left out: {expected}", dataset.Warning);
    }

    [Fact]
    public void OpenLatents_ImageMissing_LeavesTheLatentsOut()
    {
        foreach (var name in new[] { "p/a.npy", "p/b.npy", "t/a.npy", "t/b.npy" })
        {
            _folder.Latent(name);
        }

        _folder.Picture("i/b.png", 4, 4, 0, 0, 0);

        Assert.Contains("without a partner in --images", ErrorOf(_folder["p"], _folder["t"], _folder["i"]), StringComparison.Ordinal);
        Assert.Equal(["b"], IdsOf(Dataset.OpenLatents(_folder["p"], _folder["t"], _folder["i"], null, new(AllowMissing: true))));
    }

    [Fact]
    public void OpenLatents_MoreFilesThanAreCheckedAtOpening_FindsTheBadOneWhileReading()
    {
        _folder.Latent("good.npy");
        _folder.Npy("bad.npy", 0, 5);
        var rows = Enumerable.Range(0, Dataset.CheckedAtOpening + 1).Select(i => i == 3 ? "3,bad.npy,bad.npy" : $"{i},good.npy,good.npy");
        var pairs = _folder.Text("pairs.csv", ["id,pred,target", .. rows]);

        var dataset = Dataset.OpenLatents(null, null, null, pairs, new(Strict: true));

        Assert.Null(dataset.SampleCount);
        Assert.Equal(["0", "1", "2"], dataset.Samples().Take(3).Select(sample => sample.Id));
        Assert.Contains("bad.npy': shape [5]", Assert.Throws<DatasetException>(() => dataset.Samples().Count()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenImages_PictureAndTensor_Pair()
    {
        var a = _folder.Picture("a.png", 6, 4, 0, 0, 0);
        var b = _folder.Npy("b.npy", 0, 1, 3, 4, 6);

        var sample = Assert.Single(Dataset.OpenImages(a, b, new()).Samples());

        Assert.Equal("a", sample.Id);
        Assert.True(sample.Target.Tensor.IsPicture);
        Assert.Equal(b, sample.Pred.Tensor.Path);
    }

    [Fact]
    public void Open_OneInput_GivesItsSamples()
    {
        _folder.Npy("l/a.npy", 0, 2, 4, 8, 8);
        _folder.Latent("l/b.npy");

        Assert.Equal(["a#0", "a#1", "b"], IdsOf(Dataset.Open([new DatasetInput("LATENTS", _folder["l"], SourceKind.Latent)], new())));
    }

    private static IEnumerable<string> IdsOf(Dataset dataset) => dataset.Samples().Select(sample => sample.Id);

    private static string ErrorOf(string? pred, string? target, string? images = null, bool allowMissing = false) =>
        Assert.Throws<DatasetException>(() => Dataset.OpenLatents(pred, target, images, null, new(allowMissing))).Message;
}
