using System.Text.Json;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary><c>build</c>, <c>models</c> and <c>doctor</c>.</summary>
public sealed class ModelVerbsTests(ToolModels models) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Build_EachKind_PrintsTheFolderAndSaysWhatItIs()
    {
        AssertBuilt(await models.BuildDecoder(), ToolModels.Decoder, "TAESD decoder: latents of 4 channels, 1/8 of the image's size, model units only (no scaling is known; --family or --config states it).");
        AssertBuilt(await models.BuildEncoder(), ToolModels.Encoder, "TAESD encoder: latents of 4 channels, 1/8 of the image's size, model units only (no scaling is known; --family or --config states it).");
        AssertBuilt(await models.BuildLpips(), ToolModels.Lpips, "LPIPS squeeze v0.1: 7 layers, images of at least 17 pixels.");
    }

    [Fact]
    public async Task Build_Manifest_IsWrittenForPeople()
    {
        await models.BuildDecoder();

        var manifest = await File.ReadAllTextAsync(
            Path.Combine(models.Folder, ToolModels.Decoder, ModelManifest.FileName), TestContext.Current.CancellationToken);

        Assert.DoesNotContain("\\u", manifest, StringComparison.Ordinal);
        Assert.Contains("\n  \"kind\": \"decoder\",\n", manifest, StringComparison.Ordinal);
        Assert.EndsWith("}\n", manifest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_LpipsBaselineOfV00_NeedsNoHeads()
    {
        await models.BuildLpips();

        var run = await Build(
            "lpips", "--net", "squeeze", "--backbone", models.Checkpoint("squeeze-backbone"), "--baseline", "--version", "0.0", "--name", "plain");

        Assert.Equal((0, _folder["plain"] + "\n"), (run.ExitCode, run.Output));
        Assert.Equal("LPIPS squeeze v0.0 baseline", Model.Open(_folder["plain"]).Manifest.Architecture);
    }

    [Fact]
    public async Task BuildFloat16_Decoder_IsUsedByPrecisionAndNamedInTheProvenance()
    {
        await Task.WhenAll(models.BuildDecoder(), models.BuildLpips());
        Directory.CreateDirectory(_folder["taesd"]);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(models.Folder, ToolModels.Decoder)))
        {
            File.Copy(file, _folder[$"taesd/{Path.GetFileName(file)}"]);
        }

        var added = await Build("float16", "taesd");

        Assert.Equal((0, _folder["taesd"] + "\n"), (added.ExitCode, added.Output));
        string[] score =
        [
            "score", "--pred", _folder.Npy("p.npy", 1, 4, 4, 4), "--target", _folder.Npy("t.npy", 0, 4, 4, 4), "--decoder", _folder["taesd"], "--lpips", ToolModels.Lpips,
            "--models", models.Folder, "--json",
        ];
        var exact = (await Tool.Run(score)).Succeeded().Json();
        var half = (await Tool.Run([.. score, "--precision", "fp16"])).Succeeded().Json();
        Assert.Equal("fp16", half.GetProperty("provenance").GetProperty("precision").GetString());
        Assert.Equal(Model.HashFile(_folder["taesd/decoder_float16.onnx"]), half.GetProperty("provenance").GetProperty("float16_sha256").GetString());
        Assert.Equal($"{exact.GetProperty("provenance").GetProperty("decoder")}", $"{half.GetProperty("provenance").GetProperty("decoder")}");
        Assert.NotEqual(Perceptual(exact), Perceptual(half));
        Assert.InRange(Perceptual(half) / Perceptual(exact), 0.98, 1.02);

        static double Perceptual(JsonElement scores) => scores.GetProperty("samples")[0].GetProperty("perceptual_loss").GetDouble();
    }

    [Fact]
    public async Task BuildFloat16_LpipsOrUnknownModel_IsRefused()
    {
        await models.BuildLpips();

        (await Tool.Run("build", "float16", ToolModels.Lpips, "--models", models.Folder)).RefusedInput("'squeeze' compares images", "TF32");
        (await Build("float16", "nosuch")).RefusedInput("no model 'nosuch'", "Installed:");
    }

    [Fact]
    public async Task Models_Installed_AreListedWithProvenance()
    {
        await Task.WhenAll(models.BuildDecoder(), models.BuildLpips());

        var lines = (await Tool.Run("models", "--models", models.Folder)).Succeeded().Output.Split('\n');

        var decoder = Model.Open(Path.Combine(models.Folder, ToolModels.Decoder));
        Assert.Contains("taesd  TAESD decoder", lines);
        Assert.Contains("  latents     4 channels, 1/8 of the image's size, model units", lines);
        Assert.Contains($"  built from  decoder-weights.safetensors  sha256 {decoder.Manifest.BuiltFrom[0].Sha256}", lines);
        Assert.Contains($"  sha256      {decoder.Sha256}", lines);
        Assert.Contains("squeeze  LPIPS squeeze v0.1", lines);
    }

    [Fact]
    public async Task Models_Json_HoldsTheManifests()
    {
        await models.BuildDecoder();

        var json = (await Tool.Run("models", "--models", models.Folder, "--json")).Succeeded().Json();

        Assert.Equal("schema models", string.Join(' ', json.EnumerateObject().Select(property => property.Name)));
        var model = Assert.Single(json.GetProperty("models").EnumerateArray(), model => model.GetProperty("name").GetString() == ToolModels.Decoder);
        Assert.Equal("name folder sha256 manifest", string.Join(' ', model.EnumerateObject().Select(property => property.Name)));
        Assert.Equal(4, model.GetProperty("manifest").GetProperty("latent").GetProperty("channels").GetInt32());
    }

    [Fact]
    public async Task Models_NoneInstalled_ListsTheBuiltInOnesAndWhatTheyApproximate()
    {
        var output = (await Tool.Run("models", "--models", _folder.Root)).Succeeded().Output;

        Assert.Equal(
            ["preview-decoder", "preview-encoder", "preview-lpips"],
            output.Split('\n').Where(line => line.Length > 0 && line[0] != ' ').Select(line => line.Split(' ')[0]));
        Assert.Contains("LPIPS-squeeze v0.1: ", output, StringComparison.Ordinal);
        Assert.Contains("perceptual-eval pull taef2-decoder", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_Table_SaysWhatWorksAndWhatIsMissing()
    {
        var lines = (await Tool.Run("doctor", "--models", _folder.Root)).Succeeded().Output.Split('\n');

        Assert.Contains(
            lines, line => line.StartsWith("ok  runtime ", StringComparison.Ordinal) && line.Contains(InferenceRuntime.Version, StringComparison.Ordinal));
        Assert.Contains($"ok  models folder    {_folder.Root}", lines);
        Assert.Contains("ok  decoder models   preview-decoder", lines);
        Assert.Contains(lines, line => line.StartsWith("ok  pairwise models  none; ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Doctor_Json_ListsTheFindings()
    {
        var json = (await Tool.Run("doctor", "--models", _folder.Root, "--json")).Succeeded().Json();

        Assert.Equal("{schema, findings [{name, ok, found}]}", JsonShape.Of(json));
        var findings = json.GetProperty("findings").EnumerateArray().ToArray();
        Assert.Equal(ToolVersion.Text, Found(findings, "perceptual-eval"));
        Assert.Equal(string.Join(", ", InferenceRuntime.Providers), Found(findings, "providers"));
        var folders = findings.Where(finding => finding.GetProperty("name").GetString() == "models folder").ToArray();
        Assert.True(folders[0].GetProperty("ok").GetBoolean());
        Assert.False(folders[1].GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Doctor_RuntimeWithTelemetry_CollectsNone()
    {
        var start = DateTime.UtcNow;

        (await Tool.Run("doctor")).Succeeded();

        // Where ONNX Runtime keeps a device id and a log, on the machines that have it on.
        var collected = new DirectoryInfo(Path.Combine(Tool.CacheFolder, "Microsoft"));
        Assert.DoesNotContain(
            collected.Exists ? collected.EnumerateFiles("*", SearchOption.AllDirectories) : [], file => file.LastWriteTimeUtc >= start);
    }

    [Fact]
    public async Task Build_NameTaken_IsRefusedAndTheModelStays()
    {
        await models.BuildDecoder();
        var before = Model.Open(Path.Combine(models.Folder, ToolModels.Decoder)).Sha256;

        (await Tool.Run("build", "decoder", models.Checkpoint("decoder-weights"), "--name", ToolModels.Decoder, "--models", models.Folder))
            .RefusedInput(Path.Combine(models.Folder, ToolModels.Decoder), "exists already", "--name");

        Assert.Equal(before, Model.Open(Path.Combine(models.Folder, ToolModels.Decoder)).Sha256);
    }

    [Fact]
    public async Task Build_WrongFiles_AreRefusedByWhatTheyHold()
    {
        await Task.WhenAll(models.BuildDecoder(), models.BuildEncoder(), models.BuildLpips());
        var (decoder, encoder, backbone, heads) = (
            models.Checkpoint("decoder-weights"), models.Checkpoint("encoder-weights"),
            models.Checkpoint("squeeze-backbone"), models.Checkpoint("squeeze-heads"));

        (await Build("decoder", encoder, "--name", "x")).RefusedInput(encoder, "is a TAESD encoder", "build encoder");
        (await Build("encoder", decoder, "--name", "x")).RefusedInput(decoder, "is a TAESD decoder", "build decoder");
        (await Build("decoder", heads, "--name", "x")).RefusedInput(heads, "looks like LPIPS heads", "a VAE's decoder", "TAESD");
        (await Build("decoder", _folder["none.pth"], "--name", "x")).RefusedInput("none.pth", "no such file");
        (await Build("lpips", "--net", "alex", "--backbone", backbone, "--baseline", "--name", "x"))
            .RefusedInput(backbone, "alex backbone", "0.weight is [64,3,3,3], not [64,3,11,11]", "missing 8.weight [256,384,3,3]", "unexpected");
        (await Build("lpips", "--net", "squeeze", "--backbone", backbone, "--heads", backbone, "--name", "x"))
            .RefusedInput(backbone, "LPIPS heads of squeeze", "missing lin0 [1,64,1,1]");
        (await Build("lpips", "--net", "squeeze", "--backbone", heads, "--heads", heads, "--name", "x"))
            .RefusedInput(heads, "squeeze backbone", "missing 0.weight");
        Assert.Empty(_folder.Files);
    }

    [Theory]
    [InlineData("--heads FILE", "--net", "squeeze")]
    [InlineData("--heads FILE", "--net", "squeeze", "--baseline", "--heads", "h.pth")]
    [InlineData("--net resnet: expected squeeze, alex or vgg", "--net", "resnet", "--baseline")]
    [InlineData("--version 0.2: expected 0.1 or 0.0", "--net", "vgg", "--baseline", "--version", "0.2")]
    public async Task Build_LpipsWithWrongOptions_IsRefused(string expected, params string[] arguments) =>
        (await Build(["lpips", "--backbone", "b.pth", "--name", "x", .. arguments])).RefusedInput(expected);

    [Theory]
    [InlineData("../x")]
    [InlineData(".x")]
    [InlineData("")]
    public async Task Build_NameThatIsNoFolderName_IsRefused(string name) =>
        (await Build("decoder", "d.pth", "--name", name)).RefusedInput($"model name '{name}'", "the name of its folder");

    [Fact]
    public async Task Build_ModelsFolderThatCanNotBeWritten_IsRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /sys/kernel, where nobody may create files");
        await models.BuildDecoder();

        (await Tool.Run("build", "decoder", models.Checkpoint("decoder-weights"), "--name", "x", "--models", "/sys/kernel"))
            .RefusedInput("/sys/kernel/x", "can't be written", "--models");
    }

    private static string? Found(JsonElement[] findings, string name) =>
        Assert.Single(findings, finding => finding.GetProperty("name").GetString() == name).GetProperty("found").GetString();

    private void AssertBuilt(ToolRun run, string name, string description)
    {
        Assert.Equal((0, Path.Combine(models.Folder, name) + "\n", description + "\n"), (run.ExitCode, run.Output, run.Talk));
        Assert.Equal(name, Model.Open(Path.Combine(models.Folder, name)).Name);
    }

    private Task<ToolRun> Build(params string[] arguments) => Tool.Run(["build", .. arguments, "--models", _folder.Root]);
}
