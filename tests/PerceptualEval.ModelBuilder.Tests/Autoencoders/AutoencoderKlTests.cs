using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Encoders;
using PerceptualEval.ModelBuilder.Tests.Checkpoints;
using PerceptualEval.Models;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Autoencoders;

public sealed class AutoencoderKlTests : IDisposable
{
    private static readonly BuildOptions WithConfig = new() { ConfigPath = Golden.Path("autoencoder_kl.json") };

    private readonly TemporaryFolder _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public void Decoder_RawLatents_GivesTheReferenceImage()
    {
        var model = DecoderBuilder.Build(Golden.Path("autoencoder_kl.safetensors"), "kl", _models.Root, WithConfig);
        using var z = Golden.Tensor("autoencoder_kl.safetensors", "z");
        using var expected = Golden.Tensor("autoencoder_kl.safetensors", "image");

        using var image = Golden.Decode(model, z, LatentUnits.Raw);

        Assert.InRange(Golden.Difference(expected, image), 0, Golden.Tolerance);
    }

    [Fact]
    public void Decoder_ModelUnits_AreUnscaledAsTheConfigSays()
    {
        var model = DecoderBuilder.Build(Golden.Path("autoencoder_kl.safetensors"), "kl", _models.Root, WithConfig);
        using var z = Golden.Tensor("autoencoder_kl.safetensors", "z");
        using var expected = Golden.Tensor("autoencoder_kl.safetensors", "image");
        foreach (ref var value in z.Span)
        {
            // scaling_factor 0.5, shift_factor 0.25: exact in float32.
            value = (value - 0.25f) * 0.5f;
        }

        using var image = Golden.Decode(model, z, LatentUnits.Model);

        Assert.InRange(Golden.Difference(expected, image), 0, Golden.Tolerance);
    }

    [Fact]
    public void Encoder_Pictures_GivesThePosteriorMean()
    {
        var model = EncoderBuilder.Build(Golden.Path("autoencoder_kl.safetensors"), "kl", _models.Root, WithConfig);
        using var picture = Golden.Tensor("autoencoder_kl.safetensors", "picture");
        using var expected = Golden.Tensor("autoencoder_kl.safetensors", "latent");

        using var latent = Golden.Encode(model, picture);

        Assert.InRange(Golden.Difference(expected, latent), 0, Golden.Tolerance);
    }

    [Fact]
    public void Decoder_WithoutConfigAttentionAndQuantConv_TakesThirtyTwoGroupsAndRawLatentsOnly()
    {
        var model = DecoderBuilder.Build(Golden.Path("autoencoder_kl_plain.safetensors"), "kl", _models.Root);
        using var z = Golden.Tensor("autoencoder_kl_plain.safetensors", "z");
        using var expected = Golden.Tensor("autoencoder_kl_plain.safetensors", "image");

        using var image = Golden.Decode(model, z);

        Assert.InRange(Golden.Difference(expected, image), 0, Golden.Tolerance);
        Assert.Equal(LatentUnits.Raw, model.Manifest.Latent!.Units);
        Assert.False(model.Manifest.Latent.CanConvert);
    }

    [Fact]
    public void Flux2_PatchedModelUnitsAndRawLatents_GiveTheReferenceImage()
    {
        var model = DecoderBuilder.Build(Golden.Path("flux2.safetensors"), "flux2", _models.Root, new BuildOptions { ConfigPath = Golden.Path("flux2.json") });
        using var patched = Golden.Tensor("flux2.safetensors", "patched");
        using var raw = Golden.Tensor("flux2.safetensors", "raw");
        using var expected = Golden.Tensor("flux2.safetensors", "image");

        using var fromPatched = Golden.Decode(model, patched);
        using var fromRaw = Golden.Decode(model, raw);

        Assert.InRange(Golden.Difference(expected, fromPatched), 0, Golden.Tolerance);
        Assert.InRange(Golden.Difference(expected, fromRaw), 0, Golden.Tolerance);
    }

    [Fact]
    public void Decoder_BatchOfTwo_GivesWhatTwoSinglesGive()
    {
        var model = DecoderBuilder.Build(Golden.Path("flux2.safetensors"), "flux2", _models.Root, new BuildOptions { ConfigPath = Golden.Path("flux2.json") });
        using var both = Golden.Tensor("flux2.safetensors", "raw");
        var shape = new TensorShape([1, .. both.Shape.Dimensions[1..]]);
        using var image = Golden.Decode(model, both);
        for (var i = 0; i < 2; i++)
        {
            using var single = TensorBuffer.CopyOf(shape, both.Sample(i));
            using var alone = Golden.Decode(model, single);
            using var inBatch = TensorBuffer.CopyOf(alone.Shape, image.Sample(i));

            Assert.InRange(Golden.Difference(alone, inBatch), 0, 1e-6);
        }
    }

    [Fact]
    public void Decode_TilesNoSmallerThanTheLatent_ChangeNothing()
    {
        var model = DecoderBuilder.Build(Golden.Path("autoencoder_kl.safetensors"), "kl", _models.Root, WithConfig);
        using var z = Golden.Tensor("autoencoder_kl.safetensors", "z");
        using var whole = Golden.Decode(model, z);

        using var tiled = Golden.Decode(model, z, tiling: new Tiling(24));

        Assert.True(whole.Span.SequenceEqual(tiled.Span));
    }

    [Theory]
    [InlineData("sd", 0.18215, null)]
    [InlineData("sdxl", 0.13025, null)]
    [InlineData("playground25", 0.5, null)]
    public void Family_OfAFourChannelFile_GivesItsScaling(string family, double scaling, double? shift)
    {
        var four = FourChannels();

        var latent = DecoderBuilder.Build(four.Save(_models["four.safetensors"]), "four", _models.Root, new BuildOptions { Family = family }).Manifest.Latent!;

        Assert.Equal((scaling, shift), (latent.Scaling, latent.Shift));
    }

    [Theory]
    [InlineData("cond_stage_model.transformer.text_model.embeddings.position_ids", 0.18215)]
    [InlineData("conditioner.embedders.1.model.text_projection", 0.13025)]
    [InlineData("something.else", null)]
    public void FullCheckpoint_WithoutConfig_TellsTheFamilyByItsOtherParts(string otherPart, double? scaling)
    {
        var checkpoint = FourChannels().Renamed(name => $"first_stage_model.{name}");
        checkpoint[otherPart] = ([1], [0]);

        var model = DecoderBuilder.Build(checkpoint.Save(_models["full.safetensors"]), "full", _models.Root);

        Assert.Equal(scaling, model.Manifest.Latent!.Scaling);
    }

    // The plain golden has two latent channels; repeated, its first convolution takes four.
    private static Weights FourChannels()
    {
        var weights = Weights.Read(Golden.Path("autoencoder_kl_plain.safetensors"));
        var (shape, values) = weights["decoder.conv_in.weight"];
        weights["decoder.conv_in.weight"] = ([shape[0], 4, 3, 3], [.. values, .. values]);
        return weights;
    }
}
