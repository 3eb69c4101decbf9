using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Tests.Downloads;
using PerceptualEval.Cli.Verbs;
using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Verbs;

public sealed class BatchCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Latents_OfAnotherInstalledDecoder_SuggestsIt()
    {
        var store = new ModelStore(_folder["store"]);
        var asked = Install("asked");
        var other = Install("other");

        // The same weights, said to be for six channels: only the manifest is read for the suggestion.
        (other.Manifest with { Latent = other.Manifest.Latent! with { Channels = 6 } }).Save(Path.Combine(other.Folder, ModelManifest.FileName));

        Assert.Contains("takes [N,4,h,w]. Installed for 6 channels: other; choose with --decoder.", Refusal(asked, store, channels: 6), StringComparison.Ordinal);
        Assert.Contains("Choose a decoder of 16 latent channels; none is installed.", Refusal(asked, store, channels: 16), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fp32", 0)]
    [InlineData("fp16", 0)]
    [InlineData("fp8", 2)]
    public void Build_Store_IsKnownOrRefused(string store, int expected)
    {
        File.WriteAllBytes(_folder["taesd.safetensors"], TinyModels.TaesdDecoder);

        Assert.Equal(expected, Program.Main(["build", "decoder", _folder["taesd.safetensors"], "--name", "stored", "--store", store, "--models", _folder["store"]]));
        Assert.Equal(expected == 0, File.Exists(_folder["store/stored/decoder.onnx"]));
    }

    [Theory]
    [InlineData(0, "--tile")]
    [InlineData(0, "--tile", "8")]
    [InlineData(2, "--tile", "3")]
    [InlineData(2, "--units", "raw")]
    public void Decode_TileAndUnits_AreTakenOrRefused(int expected, params string[] options)
    {
        Install("taesd");
        _folder.Npy("latent.npy", 1, 4, 9, 10);

        Assert.Equal(expected, Program.Main(["decode", _folder["latent.npy"], "--decoder", "taesd", "--out", _folder["out"], "--models", _folder["store"], .. options]));
    }

    private Model Install(string name, BuildOptions? options = null)
    {
        File.WriteAllBytes(_folder["taesd.safetensors"], TinyModels.TaesdDecoder);
        return DecoderBuilder.Build(_folder["taesd.safetensors"], name, _folder["store"], options);
    }

    private string Refusal(Model model, ModelStore store, int channels)
    {
        _folder.Npy("latent.npy", 1, channels, 8, 8);
        var dataset = Dataset.Open([new DatasetInput("LATENTS", _folder["latent.npy"], SourceKind.Latent)], new DatasetRules());
        using var decoder = new LatentDecoder(model);
        using var batch = BatchReader.Read(dataset, 1, CancellationToken.None).First();
        return Assert.Throws<DatasetException>(() => BatchCheck.Latents(batch, decoder, store)).Message;
    }
}
