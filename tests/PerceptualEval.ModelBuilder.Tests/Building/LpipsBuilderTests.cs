using PerceptualEval.ModelBuilder.Perceptual;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Building;

/// <summary>What the LPIPS builder takes and what it refuses, by name: never a network on weights that it was not given.</summary>
public sealed class LpipsBuilderTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Build_SameFilesTwice_GivesTheSameBytes()
    {
        var first = Build(models.Backbone("squeeze"), models.Heads("squeeze"), "first");
        var second = Build(models.Backbone("squeeze"), models.Heads("squeeze"), "second");

        Assert.Equal(Hashes(first), Hashes(second));
        Assert.Equal(first.Manifest.BuiltFrom, second.Manifest.BuiltFrom);
        Assert.Equal([Model.HashFile(models.Backbone("squeeze")), Model.HashFile(models.Heads("squeeze"))], first.Manifest.BuiltFrom.Select(file => file.Sha256));
    }

    [Theory]
    [InlineData("squeeze")]
    [InlineData("alex")]
    public void Build_WholeTorchvisionModelOrItsFeatures_GivesTheSameBytes(string net)
    {
        var backbone = FormulaWeights.Backbone(net);
        var featuresOnly = Write("features-only", backbone.Renamed(name => name["features.".Length..]));
        backbone["classifier.1.weight"] = ([10, 512, 1, 1], new float[5120]);
        backbone["classifier.1.bias"] = ([10], new float[10]);
        var whole = Write("whole", backbone);

        var fromFeatures = Build(featuresOnly, models.Heads(net), "from-features", net);
        var fromWhole = Build(whole, models.Heads(net), "from-whole", net);

        Assert.Equal(Hashes(models.Lpips(net)), Hashes(fromFeatures));
        Assert.Equal(Hashes(models.Lpips(net)), Hashes(fromWhole));
    }

    [Fact]
    public void Build_HeadsWithoutDropout_GiveTheSameBytes()
    {
        var heads = Write("heads-0", FormulaWeights.Heads("squeeze").Renamed(name => name.Replace("model.1", "model.0", StringComparison.Ordinal)));

        Assert.Equal(Hashes(models.Lpips("squeeze")), Hashes(Build(models.Backbone("squeeze"), heads, "without-dropout")));
    }

    [Fact]
    public void Build_TensorsMissingExtraWronglyShapedAndNaN_ListsEveryOneByName()
    {
        var backbone = FormulaWeights.Backbone("squeeze");
        backbone.Remove("features.4.squeeze.weight");
        backbone["features.0.weight"] = ([64, 1, 3, 3], new float[576]);
        backbone["features.3.squeeze.bias"].Values[5] = float.NaN;
        backbone["features.9.expand3x3.bias"].Values[0] = float.NegativeInfinity;
        backbone["features.13.weight"] = ([2], new float[2]);

        var message = Refused(Write("backbone", backbone), models.Heads("squeeze"));

        Assert.Contains("the squeeze backbone", message, StringComparison.Ordinal);
        Assert.Contains("missing 4.squeeze.weight [16,128,1,1]", message, StringComparison.Ordinal);
        Assert.Contains("features.0.weight is [64,1,3,3], not [64,3,3,3]", message, StringComparison.Ordinal);
        Assert.Contains("features.3.squeeze.bias holds NaN or infinite values", message, StringComparison.Ordinal);
        Assert.Contains("features.9.expand3x3.bias holds NaN or infinite values", message, StringComparison.Ordinal);
        Assert.Contains("unexpected features.13.weight [2]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_ManyTensorsMissing_ListsTheFirstAndCountsTheRest()
    {
        var message = Refused(Write("one", FormulaWeights.Backbone("squeeze").Renamed(name => name == "features.0.bias" ? name : null)), models.Heads("squeeze"));

        // 25 convolutions of a weight and a bias each; one tensor is there, 12 are listed.
        Assert.Contains("missing 0.weight [64,3,3,3]", message, StringComparison.Ordinal);
        Assert.EndsWith($"and {50 - 1 - 12} more.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_NegativeHeadWeight_IsRefusedByNameAndValue()
    {
        var heads = FormulaWeights.Heads("squeeze");
        heads["lin3.model.1.weight"].Values[100] = -0.25f;

        var message = Refused(models.Backbone("squeeze"), Write("heads", heads));

        Assert.Contains("lin3", message, StringComparison.Ordinal);
        Assert.Contains("-0.25", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_HeadsOfAnotherNetwork_AreRefusedWithBothShapes()
    {
        var message = Refused(models.Backbone("squeeze"), models.Heads("alex"));

        Assert.Contains("the LPIPS heads of squeeze", message, StringComparison.Ordinal);
        Assert.Contains("lin1.model.1.weight is [1,192,1,1], not [1,128,1,1]", message, StringComparison.Ordinal);
        Assert.Contains("missing lin5 [1,512,1,1]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_BackboneGivenAsHeads_IsRefused()
    {
        // lpips#142: the package fills heads that it does not find with random numbers.
        var message = Refused(models.Backbone("squeeze"), models.Backbone("squeeze"));

        Assert.Contains("the LPIPS heads of squeeze", message, StringComparison.Ordinal);
        Assert.Contains("missing lin0 [1,64,1,1]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_BackboneOfAnotherNetwork_IsRefused()
    {
        var message = Refused(models.Backbone("alex"), models.Heads("squeeze"));

        Assert.Contains("features.0.weight is [64,3,11,11], not [64,3,3,3]", message, StringComparison.Ordinal);
        Assert.Contains("missing 3.squeeze.weight [16,64,1,1]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_TwoTensorsForOneParameter_IsRefusedWithBothNames()
    {
        var backbone = FormulaWeights.Backbone("squeeze");
        backbone["0.bias"] = ([64], new float[64]);

        var message = Refused(Write("twice", backbone), models.Heads("squeeze"));

        Assert.Contains("0.bias and features.0.bias are both 0.bias", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.2")]
    [InlineData("v0.1")]
    [InlineData("")]
    public void Build_UnknownVersion_IsRefused(string version) => Assert.Throws<ArgumentException>(
        nameof(version), () => LpipsBuilder.Build(LpipsNetwork.Squeeze, models.Backbone("squeeze"), models.Heads("squeeze"), version, "model", _folder.Root));

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> Hashes(Model model) =>
        model.Manifest.Graphs.OrderBy(graph => graph.Key, StringComparer.Ordinal).Select(graph => $"{graph.Key} {graph.Value.Sha256}");

    private Model Build(string backbone, string heads, string name, string net = "squeeze") =>
        LpipsBuilder.Build(TestModels.Network(net), backbone, heads, "0.1", name, _folder.Root);

    private string Write(string name, FormulaWeights weights) => SafetensorsWriter.Write(_folder[$"{name}.safetensors"], weights);

    private string Refused(string backbone, string heads)
    {
        var models = Path.Combine(_folder.Root, "models");
        var exception = Assert.Throws<ModelException>(() => LpipsBuilder.Build(LpipsNetwork.Squeeze, backbone, heads, "0.1", "refused", models));
        Assert.False(Directory.Exists(models));
        return exception.Message;
    }
}
