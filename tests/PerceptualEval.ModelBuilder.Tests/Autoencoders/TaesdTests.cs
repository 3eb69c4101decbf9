using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Encoders;
using PerceptualEval.ModelBuilder.Tests.Checkpoints;
using PerceptualEval.Models;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Autoencoders;

public sealed class TaesdTests : IDisposable
{
    private readonly TemporaryFolder _models = new();

    public void Dispose() => _models.Dispose();

    [Theory]
    [InlineData("taesd.safetensors", 8)]
    [InlineData("taesd_pooled.safetensors", 8)]
    [InlineData("taesd_f32.safetensors", 32)]
    public void DecoderAndEncoder_OfEveryVariant_GiveTheReferenceValues(string golden, int factor)
    {
        var decoder = DecoderBuilder.Build(Golden.Path(golden), "decoder", _models.Root);
        var encoder = EncoderBuilder.Build(Golden.Path(golden), "encoder", _models.Root);
        using var z = Golden.Tensor(golden, "z");
        using var expectedImage = Golden.Tensor(golden, "image");
        using var picture = Golden.Tensor(golden, "picture");
        using var expectedLatent = Golden.Tensor(golden, "latent");

        using var image = Golden.Decode(decoder, z);
        using var latent = Golden.Encode(encoder, picture);

        Assert.InRange(Golden.Difference(expectedImage, image), 0, Golden.Tolerance);
        Assert.InRange(Golden.Difference(expectedLatent, latent), 0, Golden.Tolerance);
        Assert.Equal((factor, factor), (decoder.Manifest.Latent!.SpatialFactor, encoder.Manifest.Latent!.SpatialFactor));
    }

    [Fact]
    public void PooledDecoder_FoldedLatents_DecodesAsUnfolded()
    {
        var model = DecoderBuilder.Build(Golden.Path("taesd_pooled.safetensors"), "taef2", _models.Root);
        using var folded = new TensorBuffer(new TensorShape(1, 12, 2, 3));
        using var unfolded = new TensorBuffer(new TensorShape(1, 3, 4, 6));
        for (var i = 0; i < folded.Span.Length; i++)
        {
            // i = ((channel·2 + row)·2 + column)·6 + y·3 + x, see pipeline_flux2.py.
            var (channel, row, column, y, x) = (i / 24, i / 12 % 2, i / 6 % 2, i / 3 % 2, i % 3);
            folded.Span[i] = MathF.Sin(i);
            unfolded.Span[(((channel * 4) + (2 * y) + row) * 6) + (2 * x) + column] = folded.Span[i];
        }

        using var expected = Golden.Decode(model, unfolded);
        using var image = Golden.Decode(model, folded);

        Assert.True(expected.Span.SequenceEqual(image.Span));
    }

    [Fact]
    public void Family_OfATaesd_MakesRawLatentsConvertible()
    {
        var weights = Weights.Read(Golden.Path("taesd.safetensors"));
        var (shape, values) = weights["decoder.1.weight"];
        weights["decoder.1.weight"] = ([shape[0], 4, 3, 3], [.. values, .. values[..(values.Length / 3)]]);

        var latent = DecoderBuilder.Build(weights.Save(_models["taesdxl.safetensors"]), "taesdxl", _models.Root, new BuildOptions { Family = "sdxl" }).Manifest.Latent!;

        Assert.Equal((LatentUnits.Model, 0.13025), (latent.Units, latent.Scaling));
    }
}
