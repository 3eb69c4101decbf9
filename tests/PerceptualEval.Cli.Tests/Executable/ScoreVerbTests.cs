using System.Text.Json;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary><c>score</c>: which samples it finds, and that its numbers are the library's.</summary>
public sealed class ScoreVerbTests(ToolModels models) : IDisposable
{
    private static readonly float[] Target = FormulaTensors.Latents("target", 3 * 4 * 4 * 5);
    private static readonly float[] Pred = FormulaTensors.Near("pred", Target);
    private static readonly float[] Images = FormulaTensors.Image("images", 3, 32, 40);
    private static readonly float[] LargeImages = FormulaTensors.Image("large", 3, 48, 50);

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, LossOptions> Options => new()
    {
        { "", new LossOptions() },
        { "--clamp", new LossOptions { Clamp = true } },
        { "--units model --latent-weight 0.25 --perceptual-weight 3", new LossOptions { Weights = new LossWeights(0.25, 3, 0) } },
        { "--latent-weight 0 --perceptual-weight 0 --input-weight 1e0 --images images.npy", new LossOptions { Weights = new LossWeights(0, 0, 1) } },
        { "--input-weight 0.5 --images images.npy --resize none", new LossOptions { Weights = new LossWeights(1, 1, 0.5) } },
        { "--input-weight 2 --images large.npy --resize image", new LossOptions { Weights = new LossWeights(1, 1, 2), Resize = ResizeMode.Image } },
        { "--input-weight 2 --images large.npy --resize decoded", new LossOptions { Weights = new LossWeights(1, 1, 2), Resize = ResizeMode.Decoded } },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Options))]
    public async Task Score_Options_GiveTheLibrarysNumbers(string arguments, LossOptions options)
    {
        var (pred, target) = WriteBatches();
        var given = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(argument => argument.EndsWith(".npy", StringComparison.Ordinal) ? _folder[argument] : argument);

        var samples = Samples(await models.Score(pred, target, ["--json", .. given]));

        using var loss = await models.Library(options);
        using var predBuffer = TensorBuffer.CopyOf(new TensorShape(3, 4, 4, 5), Pred);
        using var targetBuffer = TensorBuffer.CopyOf(new TensorShape(3, 4, 4, 5), Target);
        using var imageBuffer = options.Resize == ResizeMode.None
            ? TensorBuffer.CopyOf(new TensorShape(3, 3, 32, 40), Images)
            : TensorBuffer.CopyOf(new TensorShape(3, 3, 48, 50), LargeImages);
        var expected = loss.Score(predBuffer, targetBuffer, options.Weights.Input > 0 ? imageBuffer : null);
        Assert.Equal(["target#0", "target#1", "target#2"], samples.Select(sample => sample.GetProperty("id").GetString()));
        for (var i = 0; i < 3; i++)
        {
            // The library scored all three at once, the tool one by one: 1e-6 is what a batch may change.
            AssertNear(expected[i].Loss, samples[i].GetProperty("loss"));
            AssertNear(expected[i].LatentL2Loss, samples[i].GetProperty("latent_l2_loss"));
            AssertNear(expected[i].PerceptualLoss, samples[i].GetProperty("perceptual_loss"));
            AssertNear(expected[i].PerceptualLossOnInputs, samples[i].GetProperty("perceptual_loss_on_inputs"));
        }
    }

    [Fact]
    public async Task Score_BatchOfThree_GivesTheScoresOfBatchesOfOne()
    {
        var (pred, target) = WriteBatches();

        var ones = Samples(await models.Score(pred, target, "--json", "--batch", "1"));
        var three = Samples(await models.Score(pred, target, "--json", "--batch", "3"));

        Assert.All(ones.Zip(three), pair => AssertNear(pair.First.GetProperty("loss").GetDouble(), pair.Second.GetProperty("loss")));
    }

    // Batched by shape, s0 and s2 together: the third sample is scored before the second.
    [Fact]
    public async Task Score_ShapesThatAlternate_ComeInTheirOrder()
    {
        for (var i = 0; i < 7; i++)
        {
            var (values, height) = i % 2 == 0 ? (80, 4) : (100, 5);
            _folder.Npy($"target/s{i}.npy", Target[(10 * i)..((10 * i) + values)], 4, height, 5);
            _folder.Npy($"pred/s{i}.npy", Pred[(10 * i)..((10 * i) + values)], 4, height, 5);
        }

        var inTurn = Samples(await models.Score(_folder["pred"], _folder["target"], "--json"));
        var batched = Samples(await models.Score(_folder["pred"], _folder["target"], "--json", "--batch", "2", "--out", _folder["rows.csv"]));

        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"s{i}"), batched.Select(sample => sample.GetProperty("id").GetString()));
        Assert.Equal(7, inTurn.Select(sample => sample.GetProperty("loss").GetDouble()).Distinct().Count());
        Assert.All(inTurn.Zip(batched), pair => AssertNear(pair.First.GetProperty("loss").GetDouble(), pair.Second.GetProperty("loss")));
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"s{i}"), File.ReadLines(_folder["rows.csv"]).Skip(1).Select(line => line.Split(',')[0]));
    }

    [Fact]
    public async Task Score_IdenticalFiles_IsExactlyZero()
    {
        var (_, target) = WriteBatches();

        var samples = Samples(await models.Score(target, target, "--json"));

        Assert.All(samples, sample => Assert.Equal("0 0 0", string.Join(' ', Numbers(sample).Select(number => number.GetRawText()))));
    }

    [Fact]
    public async Task Score_Folders_PairByPathWithoutExtension()
    {
        _folder.Npy("target/a10.npy", Target[..80], 4, 4, 5);
        _folder.Npy("target/a9.npy", Target[80..160], 4, 4, 5);
        _folder.Npy("target/below/b.npy", Target[160..], 1, 4, 4, 5);
        SafetensorsWriter.Write(_folder.Prepare("pred/a10.safetensors"), Tensor("x", Pred[..80]));
        _folder.Npy("pred/a9.npy", Pred[80..160], 4, 4, 5);
        _folder.Npy("pred/below/b.npy", Pred[160..], 1, 4, 4, 5);

        var samples = Samples(await models.Score(_folder["pred"], _folder["target"], "--json"));

        AssertScoresOf(["a9", "a10", "below/b#0"], [1, 0, 2], samples);
    }

    [Fact]
    public async Task Score_FilesWithSeveralTensors_PairByKey()
    {
        SafetensorsWriter.Write(_folder["t.safetensors"], [.. Tensor("x", Target[..80]), .. Tensor("y", Target[80..160])]);
        SafetensorsWriter.Write(_folder["p.safetensors"], [.. Tensor("y", Pred[80..160]), .. Tensor("x", Pred[..80])]);

        var samples = Samples(await models.Score(_folder["p.safetensors"], _folder["t.safetensors"], "--json"));

        AssertScoresOf(["t/x", "t/y"], [0, 1], samples);
    }

    [Theory]
    [InlineData("pairs.csv", "id,pred,target,image", "second,p1.npy,t1.npy,i1.npy", "first,p0.npy,t0.npy,i0.npy")]
    [InlineData("pairs.jsonl",
        """{"id": "second", "pred": "p1.npy", "target": "t1.npy", "image": "i1.npy"}""",
        """{"image": "i0.npy", "target": "t0.npy", "pred": "p0.npy", "id": "first"}""")]
    public async Task Score_PairsFile_ScoresItsLinesInTheirOrder(string name, params string[] lines)
    {
        for (var i = 0; i < 2; i++)
        {
            _folder.Npy($"t{i}.npy", Target[(80 * i)..(80 * (i + 1))], 4, 4, 5);
            _folder.Npy($"p{i}.npy", Pred[(80 * i)..(80 * (i + 1))], 4, 4, 5);
            _folder.Npy($"i{i}.npy", Images[(3840 * i)..(3840 * (i + 1))], 3, 32, 40);
        }

        var run = await models.Run(
            "score", "--pairs", _folder.Text(name, lines), "--decoder", ToolModels.Decoder, "--lpips", ToolModels.Lpips, "--input-weight", "1", "--json");
        var samples = Samples(run);

        AssertScoresOf(["second", "first"], [1, 0], samples);
        Assert.All(samples, sample => Assert.InRange(sample.GetProperty("perceptual_loss_on_inputs").GetDouble(), 1e-3, 10));
    }

    [Fact]
    public async Task Score_PartnerMissing_IsLeftOutWhereThatIsAllowed()
    {
        _folder.Npy("target/a.npy", Target[..80], 4, 4, 5);
        _folder.Npy("target/b.npy", Target[80..160], 4, 4, 5);
        _folder.Npy("pred/b.npy", Pred[80..160], 4, 4, 5);

        var run = await models.Score(_folder["pred"], _folder["target"], "--json", "--allow-missing");

        run.Said(0, "left out: 1 in --target", "a");
        AssertScoresOf(["b"], [1], [.. run.Json().GetProperty("samples").EnumerateArray()]);
    }

    private static JsonElement[] Samples(ToolRun run) => [.. run.Succeeded().Json().GetProperty("samples").EnumerateArray()];

    private static IEnumerable<JsonElement> Numbers(JsonElement sample) =>
        ((string[])["loss", "latent_l2_loss", "perceptual_loss"]).Select(sample.GetProperty);

    private static Dictionary<string, (long[] Shape, float[] Values)> Tensor(string name, float[] values) => new() { [name] = ([4, 4, 5], values) };

    // The latent term tells which prediction was compared with which target.
    private static void AssertScoresOf(string[] ids, int[] latents, JsonElement[] samples)
    {
        Assert.Equal(ids, samples.Select(sample => sample.GetProperty("id").GetString()));
        for (var i = 0; i < samples.Length; i++)
        {
            var pairs = Target.Zip(Pred).Skip(80 * latents[i]).Take(80);
            AssertNear(pairs.Average(pair => Math.Pow((double)pair.First - pair.Second, 2)), samples[i].GetProperty("latent_l2_loss"));
        }
    }

    private static void AssertNear(double? expected, JsonElement actual)
    {
        if (expected is null)
        {
            Assert.Equal(JsonValueKind.Null, actual.ValueKind);
        }
        else
        {
            Assert.InRange(Math.Abs(actual.GetDouble() - expected.Value), 0, 1e-6 * expected.Value);
        }
    }

    private (string Pred, string Target) WriteBatches()
    {
        _folder.Npy("images.npy", Images, 3, 3, 32, 40);
        _folder.Npy("large.npy", LargeImages, 3, 3, 48, 50);
        return (_folder.Npy("pred.npy", Pred, 3, 4, 4, 5), _folder.Npy("target.npy", Target, 3, 4, 4, 5));
    }
}
