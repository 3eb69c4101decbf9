using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.Models;

public sealed class ModelManifestTests : IDisposable
{
    private const string Valid = """
        {
          "format": 1, "name": "tiny", "kind": "decoder", "architecture": "a decoder",
          "graphs": { "decoder": { "file": "decoder.onnx", "sha256": "00" } },
          "latent": { "channels": 4, "spatial_factor": 8, "units": "raw", "scaling": 0.18215, "mean": [0, 0, 0, 0], "std": [1, 1, 1, 1] },
          "image_range": [0, 1], "minimum_image_size": 8
        }
        """;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Load_Manifest_ReadsWhatItSays()
    {
        var manifest = ModelManifest.Load(Written(Valid));

        Assert.Equal("tiny", manifest.Name);
        Assert.Equal(ModelKind.Decoder, manifest.Kind);
        Assert.Equal(new HashedFile("decoder.onnx", "00"), manifest.Graphs["decoder"]);
        Assert.Equal((4, 8, 1), (manifest.Latent!.Channels, manifest.Latent.SpatialFactor, manifest.Latent.TemporalFactor));
        Assert.Equal((LatentUnits.Raw, 0.18215, null), (manifest.Latent.Units, manifest.Latent.Scaling!.Value, manifest.Latent.Shift));
        Assert.Equal([0, 1], manifest.ImageRange);
        Assert.Equal(8, manifest.MinimumImageSize);
    }

    [Fact]
    public void Load_ManifestWithTheLeast_HasTheDocumentedDefaults()
    {
        var manifest = ModelManifest.Load(Written("""
            { "name": "tiny", "kind": "decoder", "architecture": "a", "graphs": {}, "latent": { "channels": 4, "spatial_factor": 8, "units": "model" } }
            """));

        Assert.Equal(ModelManifest.CurrentFormat, manifest.Format);
        Assert.Equal([-1, 1], manifest.ImageRange);
        Assert.Equal(1, manifest.MinimumImageSize);
        Assert.Equal((1, 1), (manifest.Latent!.TemporalFactor, manifest.Latent.PatchSize));
        Assert.Empty(manifest.BuiltFrom);
    }

    [Fact]
    public void Save_Loaded_GivesTheSameTextAgain()
    {
        var manifest = ModelManifest.Load(Written(Valid));
        manifest.Save(_folder["once.json"]);
        ModelManifest.Load(_folder["once.json"]).Save(_folder["twice.json"]);

        Assert.Equal(File.ReadAllText(_folder["once.json"]), File.ReadAllText(_folder["twice.json"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("a model")]
    [InlineData("{ \"format\": 1 }")]
    [InlineData("{ \"format\": \"one\" }")]
    [InlineData("\u0000\u0001")]
    public void Load_NoManifest_IsRefusedByPathInOneLine(string content)
    {
        var path = Written(content);

        var exception = Assert.Throws<ModelException>(() => ModelManifest.Load(path));

        Assert.Contains($"'{path}'", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Theory]
    [InlineData("\"decoder\", \"arch", "\"upscaler\", \"arch", "kind")]
    [InlineData("\"raw\"", "\"latent\"", "units")]
    [InlineData("\"tiny\"", "null", "name")]
    [InlineData("[0, 1]", "[0]", "image_range")]
    [InlineData("[0, 1]", "[1, 1]", "image_range")]
    [InlineData("[1, 1, 1, 1]", "[1, 1]", "std")]
    [InlineData("[0, 0, 0, 0]", "[0]", "mean")]
    [InlineData("\"channels\": 4", "\"channels\": 0", "channels")]
    [InlineData("\"spatial_factor\": 8", "\"spatial_factor\": -8", "spatial_factor")]
    [InlineData("0.18215", "0", "scaling")]
    public void Load_ValueThatMakesNoSense_IsRefusedWithItsName(string valid, string invalid, string property)
    {
        Assert.Contains(valid, Valid, StringComparison.Ordinal);
        var path = Written(Valid.Replace(valid, invalid, StringComparison.Ordinal));

        var exception = Assert.Throws<ModelException>(() => ModelManifest.Load(path));

        Assert.Contains($"'{path}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(property, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "format": 2, "name": "tiny", "kind": "decoder", "architecture": "a", "graphs": {} }""")]
    [InlineData("""{ "format": 2, "title": "tiny", "what": "something that this version has never heard of" }""")]
    public void Load_NewerFormat_IsRefusedWithBothVersionsWhateverElseItHolds(string content)
    {
        var exception = Assert.Throws<ModelException>(() => ModelManifest.Load(Written(content)));

        Assert.Contains("manifest format 2; this version reads format 1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MissingFile_IsRefusedByPath() =>
        Assert.Contains(_folder["nothing.json"], Assert.Throws<ModelException>(() => ModelManifest.Load(_folder["nothing.json"])).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private string Written(string content) => _folder.Write("manifest.json", System.Text.Encoding.UTF8.GetBytes(content));
}
