using PerceptualEval.Cli.Tests.Downloads;
using PerceptualEval.Cli.Verbs;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Perceptual;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Verbs;

public sealed class ModelVerificationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_DecoderAsItWasBuilt_Agrees()
    {
        var result = ModelVerification.Of(Build().Folder);

        Assert.Null(result.Problem);
        Assert.InRange(result.Deviation!.Value, 0, 0.1);
        Assert.StartsWith("onnxruntime ", result.RecordedOn, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_LpipsAsItWasBuilt_Agrees()
    {
        var (backbone, heads) = (SharedFolder.Require("models", "squeezenet1_1-features.pth"), SharedFolder.Require("models", "lpips-v0.1-squeeze.pth"));
        var model = Installation.Install(_folder.Root, "squeeze", folder => LpipsBuilder.Build(LpipsNetwork.Squeeze, backbone, heads, "0.1", "squeeze", folder));

        var result = ModelVerification.Of(model.Folder);

        Assert.Null(result.Problem);
        Assert.InRange(result.Deviation!.Value, 0, 0.1);
        Assert.InRange(model.Manifest.Check!.Values[0], 0.05, 2);
    }

    [Fact]
    public void Of_OneFlippedBitInAGraph_Fails()
    {
        var model = Build();
        var path = Path.Combine(model.Folder, "decoder.onnx");
        var graph = File.ReadAllBytes(path);
        graph[graph.Length / 2] ^= 1;
        File.WriteAllBytes(path, graph);

        Assert.Contains("changed or damaged", ModelVerification.Of(model.Folder).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_DamagedManifest_Fails()
    {
        var model = Build();
        var path = Path.Combine(model.Folder, ModelManifest.FileName);
        File.WriteAllText(path, File.ReadAllText(path)[..^20]);

        Assert.Contains("not a model manifest", ModelVerification.Of(model.Folder).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ManifestOfAnotherLatentSpace_Fails()
    {
        var model = Build();
        Save(model, model.Manifest with { Latent = model.Manifest.Latent! with { Channels = 16 } });

        Assert.Contains("16", ModelVerification.Of(model.Folder).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    public void Of_AnotherRecordedValue_Fails(int index)
    {
        var model = Build();
        var recorded = model.Manifest.Check!;
        var values = recorded.Values.ToArray();
        values[index] += 1e-3 * values.Max(Math.Abs);
        Save(model, model.Manifest with { Check = recorded with { Runtime = "onnxruntime 0.9", Values = values } });

        var result = ModelVerification.Of(model.Folder);

        Assert.Equal(10, result.Deviation!.Value, tolerance: 0.5);
        Assert.Contains("recorded on onnxruntime 0.9", result.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NoRecord_ChecksTheFilesOnly()
    {
        var model = Build();
        Save(model, model.Manifest with { Check = null });

        var result = ModelVerification.Of(model.Folder);

        Assert.Null(result.Problem);
        Assert.Null(result.Deviation);
    }

    [Theory]
    [InlineData(new[] { 1.0 }, new[] { 1.0, 2.0 }, double.PositiveInfinity)]
    [InlineData(new[] { 1.0, 2.0 }, new[] { 1.0, double.NaN }, double.PositiveInfinity)]
    [InlineData(new double[0], new double[0], double.PositiveInfinity)]
    [InlineData(new[] { 0.0, -4.0 }, new[] { 0.0002, -4.0 }, 0.5)]
    [InlineData(new[] { 0.0 }, new[] { 0.0 }, 0.0)]
    public void DeviationOf_Outputs_IsTheLargestInTolerances(double[] recorded, double[] found, double expected) =>
        Assert.Equal(expected, new RecordedOutput("a", recorded).DeviationOf(new RecordedOutput("b", found)), precision: 9);

    [Fact]
    public void Install_BuilderThatFails_LeavesNothing()
    {
        Assert.Throws<ModelException>(() => Installation.Install(_folder.Root, "x", _ => throw new ModelException("no")));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Root));
    }

    private static void Save(Model model, ModelManifest manifest) => manifest.Save(Path.Combine(model.Folder, ModelManifest.FileName));

    private Model Build()
    {
        var checkpoint = _folder["tiny.safetensors"];
        File.WriteAllBytes(checkpoint, TinyModels.TaesdDecoder);
        return Installation.Install(_folder["store"], "tiny", folder => DecoderBuilder.Build(checkpoint, "tiny", folder));
    }
}
