using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Laws;

/// <summary>Latents in other units than the decoder's: converted before they are decoded, and only there.</summary>
public sealed class LatentUnitsTests(TestModels models)
{
    // Stable Diffusion 3's scaling and shift, as an example of both.
    private const double Scaling = 1.5305;
    private const double Shift = 0.0609;

    // One float32 rounding each way on values up to 3; the decoder's slope is below 1 per unit.
    private const double Tolerance = 5e-6;

    [Fact]
    public void Decode_RawLatents_GiveTheImageOfTheModelLatents()
    {
        using var folder = new TemporaryFolder();
        using var decoder = Decoder(folder);
        using var pairs = new LatentPairs();
        using var raw = ToRaw(pairs.Target);

        using var fromModel = decoder.Decode(pairs.Target, LatentUnits.Model);
        using var fromDefault = decoder.Decode(pairs.Target);
        using var fromRaw = decoder.Decode(raw, LatentUnits.Raw);
        using var misread = decoder.Decode(raw, LatentUnits.Model);

        Assert.Equal(fromDefault.Span.ToArray(), fromModel.Span.ToArray());
        Assert.InRange(Measured.LargestDifference(fromModel, fromRaw), 0, Tolerance);
        Assert.InRange(Measured.LargestDifference(fromModel, misread), 0.01, 10);
    }

    [Fact]
    public void Decode_RawLatents_AreNotChanged()
    {
        using var folder = new TemporaryFolder();
        using var decoder = Decoder(folder);
        using var pairs = new LatentPairs();
        var before = pairs.Target.Span.ToArray();

        using var images = decoder.Decode(pairs.Target, LatentUnits.Raw);

        Assert.Equal(before, pairs.Target.Span.ToArray());
    }

    [Fact]
    public void Score_RawLatents_LatentTermIsOnTheValuesAsGiven()
    {
        using var folder = new TemporaryFolder();
        using var decoder = Decoder(folder);
        var lpips = models.Load(models.Lpips("squeeze"));
        using var pairs = new LatentPairs();
        using var rawTarget = ToRaw(pairs.Target);
        using var rawPredicted = ToRaw(pairs.Predicted);

        var inModelUnits = new LatentPerceptualLoss(decoder, lpips).Score(pairs.Predicted, pairs.Target);
        var inRawUnits = new LatentPerceptualLoss(decoder, lpips, new LossOptions { Units = LatentUnits.Raw }).Score(rawPredicted, rawTarget);

        for (var i = 0; i < inRawUnits.Count; i++)
        {
            Assert.Equal(inModelUnits[i].LatentL2Loss / (Scaling * Scaling), inRawUnits[i].LatentL2Loss, 1e-6);
            Assert.Equal(inModelUnits[i].PerceptualLoss!.Value, inRawUnits[i].PerceptualLoss!.Value, 1e-6);
        }
    }

    private static TensorBuffer ToRaw(TensorBuffer latents)
    {
        var raw = TensorBuffer.CopyOf(latents.Shape, latents.Span);
        foreach (ref var value in raw.Span)
        {
            value = (float)((value / Scaling) + Shift);
        }

        return raw;
    }

    private LatentDecoder Decoder(TemporaryFolder folder) => new(
        folder.With(models.TaesdDecoder(), manifest => manifest with { Latent = manifest.Latent! with { Scaling = Scaling, Shift = Shift } }),
        TestModels.OneThread);
}
