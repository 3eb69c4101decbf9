using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Loading;

/// <summary>Someone else's export, two images in and one value a pair out, in the place of an LPIPS network.</summary>
public sealed class PairwiseModelTests(TestModels models) : IDisposable
{
    private const int Side = 8;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Distance_ImagesInTheRangeOfTheExport_IsWhatItsFormulaGives()
    {
        using var network = new PerceptualNetwork(Export(), TestModels.OneThread);
        using var first = Images(1, -1);
        using var second = Images(1, 0);
        using var a = network.Features(first);
        using var b = network.Features(second);

        var distances = network.Distance(a, b);

        // In [0,1] the pairs are (1, 1) and (0, 0.5).
        Assert.Equal([0, 0.25], distances.Select(distance => distance.Total));
        Assert.All(distances, distance => Assert.Empty(distance.Layers));
    }

    [Fact]
    public void Find_ModelForLpips_TakesAPairwiseOne() =>
        Assert.Equal(Export().Sha256, new ModelStore(_folder.Root).Find("theirs", ModelKind.Lpips).Sha256);

    [Fact]
    public void Run_OfAModelTrial_GivesItsDistance() => Assert.InRange(Assert.Single(ModelTrial.Run(Export()).Values), 0.01, 1);

    [Fact]
    public void SpatialMap_OfOneValueAPair_IsRefused()
    {
        using var network = new PerceptualNetwork(Export(), TestModels.OneThread);
        using var images = Images(1);
        using var features = network.Features(images);

        Assert.Contains("has no graph 'map'", Assert.Throws<ModelException>(() => network.SpatialMap(features, features)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_InputsThatTheGraphDoesNotHave_AreNamed()
    {
        var model = Export();

        var exception = Assert.Throws<ModelException>(() => new PerceptualNetwork(model with { Manifest = model.Manifest with { Inputs = null } }, TestModels.OneThread));

        Assert.Contains("has no input 'a', only img0, img1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_GraphOfTwoOutputs_IsRefused()
    {
        var exception = Assert.Throws<ModelException>(() => new PerceptualNetwork(Export(secondOutput: true), TestModels.OneThread));

        Assert.Contains("'value' (Float), 'again' (Float); expected one", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Distance_OneValueForTheWholeBatch_SaysWhatToDo()
    {
        using var network = new PerceptualNetwork(Export(meanOfBatch: true), TestModels.OneThread);
        using var images = Images(1, 0);
        using var features = network.Features(images);

        var exception = Assert.Throws<InferenceException>(() => network.Distance(features, features));

        Assert.Contains("gives 1 values for 2 pairs", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ManifestWithOneInput_IsRefused()
    {
        var folder = Export(inputs: ["img0"]).Folder;

        Assert.Contains("inputs is [img0]; expected two names", Assert.Throws<ModelException>(() => Model.Open(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FitTogether_ImagesThatStayWhereTheyAreDecoded_IsFalse()
    {
        using var network = new PerceptualNetwork(Export(), TestModels.OneThread);

        Assert.False(FeatureDecoding.FitTogether(models.LoadDecoder(models.TaesdDecoder()), network, new LossOptions()));
    }

    // img0, img1 [N,3,H,W] in [0,1] → their mean squared difference, [N,1,1,1].
    private Model Export(bool secondOutput = false, bool meanOfBatch = false, string[]? inputs = null)
    {
        var graph = new GraphBuilder("theirs");
        var difference = graph.Subtract(graph.Input("img0", "N", "3", "H", "W"), graph.Input("img1", "N", "3", "H", "W"));
        var value = graph.Mean(graph.Multiply(difference, difference), keepDimensions: true, 1, 2, 3);
        value = meanOfBatch ? graph.Mean(value, keepDimensions: true, 0) : value;
        graph.Output("value", value, meanOfBatch ? "1" : "N", "1", "1", "1");
        if (secondOutput)
        {
            graph.Output("again", graph.Add(value, value), "N", "1", "1", "1");
        }

        Directory.CreateDirectory(_folder["theirs"]);
        graph.Save(_folder["theirs/lpips.onnx"]);
        var manifest = new ModelManifest
        {
            Name = "theirs",
            Kind = ModelKind.Pairwise,
            Architecture = "mean squared difference of pixels",
            Graphs = new Dictionary<string, HashedFile> { ["pairwise"] = new("lpips.onnx", Model.HashFile(_folder["theirs/lpips.onnx"])) },
            ImageRange = [0, 1],
            Inputs = inputs ?? ["img0", "img1"],
        };
        manifest.Save(_folder["theirs/manifest.json"]);
        return new Model(_folder["theirs"], manifest);
    }

    // One plain image for each value.
    private static TensorBuffer Images(params ReadOnlySpan<float> values)
    {
        var images = new TensorBuffer(new TensorShape(values.Length, 3, Side, Side));
        for (var i = 0; i < values.Length; i++)
        {
            images.Sample(i).Fill(values[i]);
        }

        return images;
    }
}
