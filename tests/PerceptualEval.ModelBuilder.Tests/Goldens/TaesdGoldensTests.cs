using PerceptualEval.Inference;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Goldens;

/// <summary>The TAESD family on formula weights against a float64 implementation: 4, 16 and 32 channels, plain and with pooled group norms.</summary>
public sealed class TaesdGoldensTests(TestModels models)
{
    // 20 convolutions in float32 on values of about 1 drift 2e-6. A missing input clamp, a block in the wrong order, an upsampling that
    // interpolates, zero padding in the wrong range or another group norm move 1e-2 and more.
    private const double Tolerance = 5e-6;

    public static TheoryData<string> Decoders => Ids("decoder");

    public static TheoryData<string> Encoders => Ids("encoder");

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Decode_FormulaWeights_MatchesFloat64(string id)
    {
        var golden = GoldenCase.Find("taesd.json", id);
        var (batch, channels, height, width) = Sizes(golden);
        var decoder = models.LoadDecoder(models.TaesdDecoder(channels, golden.Flag("pooled")));
        using var latents = Measured.Tensor(FormulaTensors.Latents(id, (long)batch * channels * height * width), batch, channels, height, width);
        using var expected = golden.Tensor();

        using var images = decoder.Decode(latents);

        Assert.InRange(Measured.LargestDifference(expected, images), 0, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Encode_FormulaWeights_MatchesFloat64(string id)
    {
        var golden = GoldenCase.Find("taesd.json", id);
        var (batch, channels, height, width) = Sizes(golden);
        using var encoder = new ImageEncoder(models.TaesdEncoder(channels, golden.Flag("pooled")), TestModels.OneThread);
        using var images = Measured.Tensor(FormulaTensors.Image(id, batch, 8 * height, 8 * width), batch, 3, 8 * height, 8 * width);
        using var expected = golden.Tensor();

        using var latents = encoder.Encode(images);

        Assert.InRange(Measured.LargestDifference(expected, latents), 0, Tolerance);
    }

    private static (int Batch, int Channels, int Height, int Width) Sizes(GoldenCase golden) =>
        (golden.Integer("batch"), golden.Integer("channels"), golden.Integer("height"), golden.Integer("width"));

    private static TheoryData<string> Ids(string kind) =>
        [.. GoldenCase.All("taesd.json").Where(golden => golden.Text("kind") == kind).Select(golden => golden.Id)];
}
