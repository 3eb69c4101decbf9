using System.Text.Json;
using System.Text.Json.Nodes;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary><c>compare</c>: its scores are those of <c>score</c>, and its outputs say what it found.</summary>
public sealed class CompareVerbTests : IDisposable
{
    private const int Samples = 8;

    private static readonly string[] AllTerms = ["--input-weight", "0.5"];

    private static readonly float[] Target = FormulaTensors.Latents("target", Samples * 64);

    // The second is the first moved a little further from the target, in every sample; the third is unlike both.
    private static readonly float[] Late = FormulaTensors.Near("late", Target);
    private static readonly float[] Early = [.. Target.Zip(Late, (target, late) => target + (1.25f * (late - target)))];
    private static readonly float[] Other = FormulaTensors.Latents("other", Samples * 64);

    private readonly ToolModels _models;
    private readonly TemporaryFolder _folder = new();

    public CompareVerbTests(ToolModels models)
    {
        _models = models;
        Write("target", Target);
        Write("runs/late/latents", Late);
        Write("runs/early/latents", Early);
        Write("runs/other/latents", Other);
        for (var i = 0; i < Samples; i++)
        {
            _folder.Npy($"images/s{i}.npy", FormulaTensors.Image($"images{i}", 1, 32, 32), 3, 32, 32);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Compare_Checkpoints_GiveTheirScoresToTheDigit()
    {
        string[] images = ["--images", _folder["images"], .. AllTerms];
        var compared = (await Compare(["late", "early", "other"], ["--json", .. images])).Succeeded().Json();

        foreach (var name in (string[])["late", "early", "other"])
        {
            var scored = (await _models.Score(Run(name), _folder["target"], ["--json", .. images])).Succeeded().Json();

            Assert.Equal(Texts(scored.GetProperty("samples")), Texts(compared.GetProperty("samples"), name));
            Assert.Equal(WithoutIntervals(scored.GetProperty("summary")), WithoutIntervals(Named(compared, "checkpoints", name).GetProperty("summary")));
        }
    }

    [Fact]
    public async Task Compare_ShapesThatAlternate_ComeInTheirOrder()
    {
        for (var i = 0; i < 5; i++)
        {
            long[] shape = i % 2 == 0 ? [4, 4, 4] : [4, 4, 8];
            foreach (var (name, values) in new[] { ("target", Target), ("runs/late/latents", Late), ("runs/early/latents", Early) })
            {
                _folder.Npy($"{name}/s{i}.npy", values[(64 * i)..((64 * i) + (16 * (int)shape[2]))], shape);
            }
        }

        var inTurn = (await Compare(["late", "early"], "--json")).Succeeded().Json().GetProperty("samples").EnumerateArray().ToArray();
        var batched = (await Compare(["late", "early"], "--json", "--batch", "3")).Succeeded().Json().GetProperty("samples").EnumerateArray().ToArray();

        Assert.Equal(Enumerable.Range(0, 2 * Samples).Select(i => $"s{i / 2} {(i % 2 == 0 ? "late" : "early")}"), batched.Select(Row));
        Assert.Equal(inTurn.Select(Row), batched.Select(Row));
        Assert.All(inTurn.Zip(batched), pair => Assert.Equal(Loss(pair.First), Loss(pair.Second), 1e-6 * Loss(pair.First)));

        static string Row(JsonElement sample) => $"{sample.GetProperty("id").GetString()} {sample.GetProperty("checkpoint").GetString()}";
        static double Loss(JsonElement sample) => sample.GetProperty("loss").GetDouble();
    }

    [Fact]
    public async Task Compare_OneMoreCheckpointWithACache_GivesTheDigitsOfARunWithoutOne()
    {
        string[] cache = ["--cache", _folder["cache"], "--cache-size", "1"];
        await Compare(["late"], ["--json", .. cache]);
        var kept = Directory.GetDirectories(_folder["cache"]);

        var cached = (await Compare(["late", "early"], ["--json", .. cache])).Succeeded().Json();

        Assert.Equal(Samples, kept.Length);
        Assert.Equal(kept.Order(), Directory.GetDirectories(_folder["cache"]).Order());
        Assert.Equal(
            (await Compare(["late", "early"], "--json")).Succeeded().Json().GetProperty("samples").GetRawText(), cached.GetProperty("samples").GetRawText());
    }

    [Fact]
    public async Task Compare_Json_HasTheContractsShape()
    {
        var json = (await Compare(["late", "early"], "--json", "--seed", "3")).Succeeded().Json();

        const string Term = "{mean, std, min, p50, p95, max, ci95 []}";
        const string Difference = "{count, mean, ci95 [], win_rate, p}";
        Assert.Equal(
            "{schema, provenance {version, runtime, device, decoder {name, sha256}, lpips {name, sha256}, weights {latent, perceptual, input}, units, resize, clamp, batch}, "
            + "samples [{checkpoint, id, loss, latent_l2_loss, perceptual_loss, perceptual_loss_on_inputs}], baseline, seed, "
            + $"checkpoints [{{name, summary {{count, non_finite, bad_files, loss {Term}, latent_l2_loss {Term}, perceptual_loss {Term}, perceptual_loss_on_inputs}}}}], "
            + $"comparisons [{{name, baseline, loss {Difference}, latent_l2_loss {Difference}, perceptual_loss {Difference}, perceptual_loss_on_inputs, holm_p, verdict}}], "
            + "rank_agreement [{name, count, spearman {rho, p}, disagreements [{id, latent_l2_loss, perceptual_loss, latent_rank, perceptual_rank}]}]}",
            JsonShape.Of(json));
        Assert.Equal(("late", 3), (json.GetProperty("baseline").GetString(), json.GetProperty("seed").GetInt32()));
    }

    [Fact]
    public async Task Compare_SteadyDifference_HasAVerdictInJsonAndTable()
    {
        var json = (await Compare(["late", "early", "other"], "--json", "--baseline", "early")).Succeeded().Json();
        var table = (await Compare(["late", "early", "other"], "--baseline", "early")).Succeeded().Output;

        var late = Named(json, "comparisons", "late");
        Assert.Equal(("better", 1.0), (late.GetProperty("verdict").GetString(), late.GetProperty("loss").GetProperty("win_rate").GetDouble()));
        Assert.Equal(2 / 256.0, late.GetProperty("loss").GetProperty("p").GetDouble(), 1e-12); // all of 8 samples one way, two-sided
        Assert.InRange(late.GetProperty("loss").GetProperty("ci95")[1].GetDouble(), late.GetProperty("loss").GetProperty("mean").GetDouble(), -1e-6);
        Assert.Matches(@"late +-[0-9.]+ +-[0-9.]+ to -[0-9.]+ +100 % +0\.01562 +better\n", table);
        Assert.Contains("against early", table, StringComparison.Ordinal);
        Assert.Contains("rank correlation of latent L2 and LPIPS", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_BaselineAgainstItself_ShowsNoDifference()
    {
        var json = (await _models.Run(
            ["compare", "--target", _folder["target"], "--pred", $"a={Run("late")}", "--pred", $"b={Run("late")}", .. Networks, "--json"])).Succeeded().Json();

        var comparison = Named(json, "comparisons", "b");
        Assert.Equal("""{"count":8,"mean":0,"ci95":[0,0],"win_rate":0.5,"p":1}""", comparison.GetProperty("loss").GetRawText());
        Assert.Equal("no_difference_shown", comparison.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task Compare_Runs_FindsCheckpointsByPattern()
    {
        var json = (await _models.Run(
            ["compare", "--target", _folder["target"], "--runs", _folder["runs/*/latents"], .. Networks, "--json"])).Succeeded().Json();

        Assert.Equal(["early", "late", "other"], json.GetProperty("checkpoints").EnumerateArray().Select(checkpoint => checkpoint.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("pairs.csv")]
    [InlineData("pairs.jsonl")]
    public async Task Compare_Pairs_AreWhatTheirFilesAre(string name)
    {
        var folders = (await Compare(["late", "early"], "--json")).Succeeded();
        var ids = Enumerable.Range(0, Samples).Select(i => $"s{i}");
        _folder.Text(name, name.EndsWith(".csv", StringComparison.Ordinal)
            ? ["id,target,late,early", .. ids.Select(id => $"{id},target/{id}.npy,runs/late/latents/{id}.npy,runs/early/latents/{id}.npy")]
            : [.. ids.Select(id => $$"""{"id":"{{id}}","target":"target/{{id}}.npy","late":"runs/late/latents/{{id}}.npy","early":"runs/early/latents/{{id}}.npy"}""")]);

        var pairs = (await _models.Run(["compare", "--pairs", _folder[name], .. Networks, "--json"])).Succeeded();

        Assert.Equal(folders.Output, pairs.Output);
    }

    [Fact]
    public async Task Compare_Decoders_GiveTheDistancesOfTheirImages()
    {
        var checkpoint = SafetensorsWriter.Write(_folder["second.safetensors"], FormulaWeights.TaesdDecoder(4, pooled: true));
        Assert.Equal(0, (await Tool.Run("build", "decoder", checkpoint, "--name", "second", "--models", _models.Folder)).ExitCode);
        string[] images = ["--images", _folder["images"]];

        var compared = (await _models.Run(
            ["compare", "--decoders", $"{ToolModels.Decoder},second", "--pred", Run("late"), .. images, "--lpips", ToolModels.Lpips, "--json"])).Succeeded().Json();

        foreach (var decoder in (string[])[ToolModels.Decoder, "second"])
        {
            var scored = (await _models.Run(
                ["score", "--pred", Run("late"), "--target", Run("late"), .. images, "--decoder", decoder, "--lpips", ToolModels.Lpips,
                 "--latent-weight", "0", "--perceptual-weight", "0", "--input-weight", "1", "--json"])).Succeeded().Json();
            Assert.Equal(Texts(scored.GetProperty("samples")), Texts(compared.GetProperty("samples"), decoder));
        }

        Assert.Equal([ToolModels.Decoder, "second"], compared.GetProperty("provenance").GetProperty("decoders").EnumerateArray().Select(model => model.GetProperty("name").GetString()));
        Assert.All(compared.GetProperty("rank_agreement").EnumerateArray(), agreement => Assert.Equal(JsonValueKind.Null, agreement.GetProperty("spearman").ValueKind));
    }

    [Theory]
    [InlineData(".json")]
    [InlineData(".jsonl")]
    [InlineData(".csv")]
    [InlineData(".parquet")]
    public async Task Compare_Out_HoldsEveryCheckpointsScores(string extension)
    {
        var path = _folder["out" + extension];
        var json = (await Compare(["late", "early"], "--json", "--out", path)).Succeeded().Json();

        var expected = json.GetProperty("samples").EnumerateArray()
            .Select(sample => (sample.GetProperty("checkpoint").GetString()!, sample.GetProperty("id").GetString()!, sample.GetProperty("loss").GetDouble()));
        Assert.Equal(expected, await ComparedSamples.Read(path));
    }

    [Fact]
    public async Task Compare_NonFiniteInOneCheckpoint_IsReportedAndLeftOutOfThePairs()
    {
        var poisoned = (float[])Early.Clone();
        poisoned[(2 * 64) + 5] = float.NaN;
        Write("runs/early/latents", poisoned);

        var run = (await Compare(["late", "early"], "--json")).Said(1, "1 of 8 samples of 'early'", "not finite");
        var table = (await Compare(["late", "early"])).Said(1, "not finite").Output;

        var json = run.Json();
        Assert.Equal((0, 1), (NonFinite("late"), NonFinite("early")));
        Assert.Equal(7, Named(json, "comparisons", "early").GetProperty("loss").GetProperty("count").GetInt32());
        Assert.Equal("pred: 1 NaN of 64 values", json.GetProperty("samples")[5].GetProperty("non_finite").GetString());
        Assert.Contains("  early, s2: pred: 1 NaN of 64 values", table, StringComparison.Ordinal);

        int NonFinite(string name) => Named(json, "checkpoints", name).GetProperty("summary").GetProperty("non_finite").GetInt32();
    }

    [Fact]
    public async Task Compare_SampleMissingInOneCheckpoint_IsRefusedUnlessAllowed()
    {
        File.Delete(_folder["runs/early/latents/s3.npy"]);

        (await Compare(["late", "early"], "--json")).RefusedInput("1 in --target", "--pred early", "s3");
        var json = (await Compare(["late", "early"], "--json", "--allow-missing")).Said(0, "left out: 1 in --target", "s3").Json();

        Assert.Equal(2 * (Samples - 1), json.GetProperty("samples").GetArrayLength());
        Assert.DoesNotContain(json.GetProperty("samples").EnumerateArray(), sample => sample.GetProperty("id").GetString() == "s3");
    }

    [Fact]
    public async Task Compare_FolderResumed_GivesTheComparisonOfAnUndisturbedRun()
    {
        var whole = (await Compare(["late", "early"], "--json", "--out", _folder["whole/"])).Succeeded();
        var first = (await Compare(["late", "early"], "--json", "--out", _folder["parts/"], "--part-size", "2")).Succeeded();

        // A run that was killed after its first part: the manifest knows no other, and no summary.
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(_folder["parts/manifest.json"], TestContext.Current.CancellationToken))!;
        manifest["parts"] = new JsonArray(manifest["parts"]![0]!.DeepClone());
        manifest["state"] = "running";
        manifest["summary"] = null;
        _folder.Text("parts/manifest.json", manifest.ToJsonString());
        var resumed = (await Compare(["late", "early"], "--json", "--out", _folder["parts/"], "--part-size", "2", "--resume")).Said(0, "holds 1 samples already");

        Assert.Equal(whole.Output, first.Output);
        Assert.Equal(whole.Output, resumed.Output);
    }

    private static string[] Networks => ["--decoder", ToolModels.Decoder, "--lpips", ToolModels.Lpips];

    private static JsonElement Named(JsonElement json, string kind, string name) =>
        json.GetProperty(kind).EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);

    // Ids and numbers as they were written.
    private static string[] Texts(JsonElement samples, string? checkpoint = null) =>
    [
        .. samples.EnumerateArray()
            .Where(sample => checkpoint is null || sample.GetProperty("checkpoint").GetString() == checkpoint)
            .Select(sample => string.Join(' ', sample.EnumerateObject().Where(property => property.Name != "checkpoint").Select(property => property.Value.GetRawText()))),
    ];

    // The intervals are bootstrapped in a comparison, and Student's in a score.
    private static string[] WithoutIntervals(JsonElement summary) =>
    [
        .. summary.EnumerateObject().SelectMany(term => term.Value.ValueKind == JsonValueKind.Object
            ? term.Value.EnumerateObject().Where(statistic => statistic.Name != "ci95").Select(statistic => $"{term.Name} {statistic.Name} {statistic.Value.GetRawText()}")
            : [$"{term.Name} {term.Value.GetRawText()}"]),
    ];

    private string Run(string name) => _folder[$"runs/{name}/latents"];

    private Task<ToolRun> Compare(string[] names, params string[] more) => _models.Run(
        ["compare", "--target", _folder["target"], .. names.SelectMany(name => (string[])["--pred", $"{name}={Run(name)}"]), .. Networks, .. more]);

    private void Write(string folder, float[] latents)
    {
        for (var i = 0; i < Samples; i++)
        {
            _folder.Npy($"{folder}/s{i}.npy", latents[(64 * i)..(64 * (i + 1))], 4, 4, 4);
        }
    }
}
