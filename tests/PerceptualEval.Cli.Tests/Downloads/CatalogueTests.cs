using PerceptualEval.Cli.Downloads;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Downloads;

public sealed class CatalogueTests : IDisposable
{
    private const string ValidFile = """{ "origin": "o", "licence": "MIT", "url": "https://example.org/f" }""";

    private readonly TemporaryFolder _folder = new();

    private static Catalogue Official => Catalogue.Load(Catalogue.DefaultPath);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("lpips-alex", ModelKind.Lpips)]
    [InlineData("lpips-vgg-v0.0", ModelKind.Lpips)]
    [InlineData("taesd-decoder", ModelKind.Decoder)]
    [InlineData("taesana-encoder", ModelKind.Encoder)]
    [InlineData("sdxl-decoder", ModelKind.Decoder)]
    [InlineData("cogvideox-2b-decoder", ModelKind.Decoder)]
    public void Load_CatalogueOfTheTool_HasTheModel(string name, ModelKind kind) => Assert.Equal(kind, Official.Find(name).Kind);

    [Theory]
    [InlineData("taesd-decoder", "sd")]
    [InlineData("taesdxl-encoder", "sdxl")]
    [InlineData("taesana-decoder", "sana")]
    [InlineData("taef2-decoder", null)]
    public void Load_CatalogueOfTheTool_SaysWhoseLatentsATinyModelTakes(string name, string? family)
    {
        Assert.Equal(family, Official.Find(name).Family);
        Assert.Equal(family is not null, new Recipe(name, Official.Find(name)).Command().Contains($" --family {family}", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_CatalogueOfTheTool_AddressesStayWhatTheyAre()
    {
        // A branch's name would bring something else next year; torchvision's names carry their hash.
        var moving = Official.Files.Values.Where(file => file.Url is { Host: not "download.pytorch.org" } url && !Array.Exists(url.Segments, IsRevision));

        Assert.Empty(moving.Select(file => file.Url));
        static bool IsRevision(string segment) => segment.Length == 41 && segment[..40].All(char.IsAsciiHexDigitLower);
    }

    [Fact]
    public void Load_CatalogueOfTheTool_HashesHaveTheirForm()
    {
        Assert.All(Official.Files.Values, file =>
        {
            Assert.True(file.Sha256 is null || (file.Sha256.Length == 64 && file.Sha256.All(char.IsAsciiHexDigitLower)), file.Origin);
            Assert.True(file.GitBlob is null || (file.GitBlob.Length == 40 && file.GitBlob.All(char.IsAsciiHexDigitLower)), file.Origin);
        });
    }

    [Theory]
    [InlineData("alexnet-owt-7be5be79.pth")]
    [InlineData("vgg16-397923af.pth")]
    [InlineData("squeezenet1_1-b8a52dc0.pth")]
    public void Load_CatalogueOfTheTool_TorchvisionHashesBeginAsTheirNamesSay(string name)
    {
        var file = Official.Files["torchvision/" + name];

        Assert.Equal(name[(name.LastIndexOf('-') + 1)..^4], file.Sha256![..8]);
        Assert.EndsWith(name, file.Url!.AbsolutePath, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "schema": 2, "files": {}, "models": {} }""", "schema 2")]
    [InlineData("""{ "schema": 1, "files": {} }""", "not a catalogue")]
    [InlineData("null", "null")]
    [InlineData("""{ "schema": 1, "files": { "../f": FILE }, "models": {} }""", "without '..'")]
    [InlineData("""{ "schema": 1, "files": { "/f": FILE }, "models": {} }""", "without '..'")]
    [InlineData("""{ "schema": 1, "files": { "f": FILE }, "models": { "m": { "kind": "decoder" } } }""", "'m' needs")]
    [InlineData("""{ "schema": 1, "files": { "f": FILE }, "models": { "m": { "kind": "decoder", "weights": "g" } } }""", "'m' needs")]
    [InlineData("""{ "schema": 1, "files": { "f": FILE }, "models": { "m": { "kind": "lpips", "net": "resnet", "version": "0.1", "backbone": "f", "heads": "f" } } }""", "'m' needs")]
    public void Load_FaultyCatalogue_IsRefused(string json, string expected)
    {
        var path = _folder.Text("catalogue.json", json.Replace("FILE", ValidFile, StringComparison.Ordinal));

        var exception = Assert.Throws<UsageException>(() => Catalogue.Load(path));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
    }
}
