using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Autoencoders;

/// <summary>The public packages' own results (float64) in ../shared/reference, groups E and F.</summary>
public sealed class ReferenceTests : IDisposable
{
    // The limit of the project's issue; float32 in torch is itself up to 5e-6 away from float64 here.
    private const double Tolerance = 2e-5;

    private readonly TemporaryFolder _models = new();

    public void Dispose() => _models.Dispose();

    [Theory]
    [InlineData("i", "diffusion_pytorch_model", "config", "E1a", LatentUnits.Raw)]
    [InlineData("i", "diffusion_pytorch_model", "config", "E1b", LatentUnits.Raw)]
    [InlineData("i", "diffusion_pytorch_model", "config", "E1d", LatentUnits.Model)]
    [InlineData("ii", "diffusion_pytorch_model_f16", "config", "E2b", LatentUnits.Raw)]
    [InlineData("ii", "diffusion_pytorch_model_f16", "config", "E2c", LatentUnits.Model)]
    [InlineData("iii", "diffusion_pytorch_model_bf16", "config", "E3", LatentUnits.Raw)]
    public void AutoencoderKl_ReferenceLatents_GiveTheReferenceImages(string folder, string weights, string config, string id, LatentUnits units)
    {
        var model = DecoderBuilder.Build(Shared(folder, $"{weights}.safetensors"), id, _models.Root, new BuildOptions { ConfigPath = Shared(folder, $"{config}.json") });
        using var z = Golden.Npy(Shared(folder, $"z_{id}.npy"));
        using var expected = Golden.Npy(Shared(folder, $"image_{id}_f64.npy"));

        using var image = Golden.Decode(model, z, units);

        Assert.InRange(Golden.Difference(expected, image), 0, Tolerance);
    }

    [Fact]
    public void AutoencoderKl_LdmFileAlone_HasThirtyTwoGroups()
    {
        var model = DecoderBuilder.Build(Shared("i", "ldm_single_file.safetensors"), "ldm", _models.Root);
        using var z = Golden.Npy(Shared("i", "z_E1b.npy"));
        using var expected = Golden.Npy(Shared("i", "image_E1c_f64.npy"));

        using var image = Golden.Decode(model, z, LatentUnits.Raw);

        Assert.InRange(Golden.Difference(expected, image), 0, Tolerance);
    }

    [Fact]
    public void AutoencoderKl_NamingsOfTheSameWeights_GiveTheSameGraph()
    {
        var options = new BuildOptions { ConfigPath = Shared("i", "config.json") };
        var expected = Golden.DecoderGraph(Shared("i", "diffusion_pytorch_model.safetensors"), _models.Root, options);

        Assert.Equal(expected, Golden.DecoderGraph(Shared("i", "decoder_legacy_attention_names_f16.safetensors"), _models.Root, options));
        Assert.Equal(expected, Golden.DecoderGraph(Shared("i", "ldm_single_file.safetensors"), _models.Root, options));
    }

    [Theory]
    [InlineData("latent4", "F1b")]
    [InlineData("latent16", "F2b")]
    public void AutoencoderTiny_BothNamings_GiveTheSameGraphAndTheReferenceImages(string folder, string id)
    {
        var diffusers = DecoderBuilder.Build(Tiny(folder, string.Empty), id, _models.Root);
        using var z = Golden.Npy(Tiny(folder, $"z_{id}.npy"));
        using var expected = Golden.Npy(Tiny(folder, $"image_{id}_f64.npy"));

        using var image = Golden.Decode(diffusers, z);

        Assert.InRange(Golden.Difference(expected, image), 0, Tolerance);
        Assert.Equal(File.ReadAllBytes(diffusers.VerifiedGraph("decoder")), Golden.DecoderGraph(Tiny(folder, "taesd_decoder.pth"), _models.Root));
    }

    private static string Shared(string folder, string file) => SharedFolder.Require("reference", "E_autoencoder_kl", folder, file);

    private static string Tiny(string folder, string file) => SharedFolder.Require("reference", "F_autoencoder_tiny", folder, file);
}
