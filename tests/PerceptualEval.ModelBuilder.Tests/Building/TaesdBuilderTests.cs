using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Encoders;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Building;

/// <summary>What the decoder and encoder builders tell from the tensors, and what they refuse.</summary>
public sealed class TaesdBuilderTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(4, false)]
    [InlineData(16, false)]
    [InlineData(32, false)]
    [InlineData(32, true)]
    public void Build_Tensors_TellChannelsAndVariant(int channels, bool pooled)
    {
        var decoder = models.TaesdDecoder(channels, pooled);
        var encoder = models.TaesdEncoder(channels, pooled);

        Assert.Equal(ModelKind.Decoder, decoder.Manifest.Kind);
        Assert.Equal(ModelKind.Encoder, encoder.Manifest.Kind);
        Assert.All([decoder, encoder], model => Assert.Equal(channels, model.Manifest.Latent!.Channels));
        Assert.All([decoder, encoder], model => Assert.Equal(8, model.Manifest.Latent!.SpatialFactor));
        Assert.All([decoder, encoder], model => Assert.Equal(LatentUnits.Model, model.Manifest.Latent!.Units));
        Assert.All([decoder, encoder], model => Assert.Equal(pooled, model.Manifest.Architecture.Contains("FLUX.2", StringComparison.Ordinal)));
    }

    [Fact]
    public void Build_SameFileTwice_GivesTheSameBytes()
    {
        var first = DecoderBuilder.Build(models.DecoderCheckpoint(4), "first", _folder.Root);
        var second = DecoderBuilder.Build(models.DecoderCheckpoint(4), "second", _folder.Root);

        Assert.Equal(File.ReadAllBytes(first.VerifiedGraph("decoder")), File.ReadAllBytes(second.VerifiedGraph("decoder")));
        Assert.Equal(models.TaesdDecoder().Sha256, first.Sha256);
    }

    [Fact]
    public void Build_EncoderGivenAsDecoderOrViceVersa_IsRefusedWithTheRightVerb()
    {
        var asDecoder = Assert.Throws<ModelException>(() => DecoderBuilder.Build(models.EncoderCheckpoint(4), "model", _folder.Root)).Message;
        var asEncoder = Assert.Throws<ModelException>(() => EncoderBuilder.Build(models.DecoderCheckpoint(4), "model", _folder.Root)).Message;

        Assert.Contains("is a TAESD encoder", asDecoder, StringComparison.Ordinal);
        Assert.Contains("build encoder", asDecoder, StringComparison.Ordinal);
        Assert.Contains("is a TAESD decoder", asEncoder, StringComparison.Ordinal);
        Assert.Contains("build decoder", asEncoder, StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void Build_NeitherDecoderNorEncoder_IsRefusedByPath()
    {
        var heads = models.Heads("squeeze");

        Assert.Contains($"'{heads}'", Assert.Throws<ModelException>(() => DecoderBuilder.Build(heads, "model", _folder.Root)).Message, StringComparison.Ordinal);
        Assert.Contains($"'{heads}'", Assert.Throws<ModelException>(() => EncoderBuilder.Build(heads, "model", _folder.Root)).Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void Build_DecoderTensorsMissingExtraWronglyShapedAndNaN_ListsEveryOneByName()
    {
        var weights = FormulaWeights.TaesdDecoder(4, pooled: true);
        weights.Remove("18.conv.4.bias");
        weights["7.weight"] = ([64, 64, 1, 1], new float[4096]);
        weights["4.pool.1.weight"].Values[7] = float.NaN;
        weights["7.bias"] = ([64], new float[64]);

        var message = Assert.Throws<ModelException>(() => DecoderBuilder.Build(Write(weights), "model", _folder["models"])).Message;

        Assert.Contains("missing 18.conv.4.bias [64]", message, StringComparison.Ordinal);
        Assert.Contains("7.weight is [64,64,1,1], not [64,64,3,3]", message, StringComparison.Ordinal);
        Assert.Contains("4.pool.1.weight holds NaN or infinite values", message, StringComparison.Ordinal);
        Assert.Contains("unexpected 7.bias [64]", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["models"]));
    }

    [Fact]
    public void Build_EncoderTensorsMissing_ListsThemByName()
    {
        var weights = FormulaWeights.TaesdEncoder(16);
        weights.Remove("7.conv.2.weight");

        var message = Assert.Throws<ModelException>(() => EncoderBuilder.Build(Write(weights), "model", _folder["models"])).Message;

        Assert.Contains("missing 7.conv.2.weight [64,64,3,3]", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["models"]));
    }

    [Fact]
    public void Build_MissingOrDamagedCheckpoint_IsRefusedAndLeavesNothing()
    {
        var damaged = _folder["damaged.safetensors"];
        File.WriteAllBytes(damaged, File.ReadAllBytes(models.DecoderCheckpoint(4))[..1000]);

        Assert.Throws<TensorFileException>(() => DecoderBuilder.Build(_folder["nothing.pth"], "model", _folder["models"]));
        Assert.Throws<TensorFileException>(() => DecoderBuilder.Build(damaged, "model", _folder["models"]));
        Assert.False(Directory.Exists(_folder["models"]));
    }

    public void Dispose() => _folder.Dispose();

    private string Write(FormulaWeights weights) => SafetensorsWriter.Write(_folder["checkpoint.safetensors"], weights);
}
