using PerceptualEval.Tensors;

namespace PerceptualEval.ModelBuilder.Tests.Reference;

/// <summary>Group C: the real TAEF2 decoder in float64.</summary>
public sealed class ReferenceDecoderTests(TestModels models)
{
    // In [-1,1], twice the network's own scale. Float32 drifts most where saturated latents meet the group norm's division by a small
    // spread: torch's float32 differs by 1.4e-5 there. A group norm per group of the wrong channels, a missing clamp or epsilon 1e-6 move 1e-2.
    private const double Tolerance = 5e-5;

    public static TheoryData<string> Cases => ["C01", "C02", "C03", "C04", "C05"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decode_ReferenceCase_MatchesFloat64(string id)
    {
        var reference = ReferenceCase.Find(id);
        using var latents = reference.Input("z");
        using var expected = ReferenceCase.Read(reference.Expected.GetProperty("image_f64").GetString()!);
        ToSignedRange(expected);

        using var images = models.LoadDecoder(models.SharedTaef2()).Decode(latents);

        Assert.InRange(Measured.LargestDifference(expected, images), 0, Tolerance);
    }

    [Theory]
    [InlineData("latent_inputs.npy", "decoded_inputs_f64.npy")]
    [InlineData("latent_predictions.npy", "decoded_predictions_f64.npy")]
    public void Decode_LatentsOfTheComposite_MatchFloat64(string latentFile, string imageFile)
    {
        using var latents = ReferenceCase.Read($"D_latent_lpips/{latentFile}");
        using var expected = ReferenceCase.Read($"D_latent_lpips/{imageFile}");

        using var images = models.LoadDecoder(models.SharedTaef2()).Decode(latents);

        Assert.InRange(Measured.LargestDifference(expected, images), 0, Tolerance);
    }

    [Fact]
    public void Theories_ReferenceFolder_CoverEveryCase() =>
        Assert.Equal(ReferenceCase.Ids("taesd-decoder").Where(id => id.StartsWith('C')), Cases.Select(row => row.Data));

    // The references of this group are the network's own y, about [0,1].
    private static void ToSignedRange(TensorBuffer images)
    {
        foreach (ref var value in images.Span)
        {
            value = (2 * value) - 1;
        }
    }
}
