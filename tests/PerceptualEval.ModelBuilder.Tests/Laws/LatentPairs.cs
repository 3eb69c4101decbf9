using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Laws;

/// <summary>A batch of target latents, predictions near them, and images: all different in every sample.</summary>
internal sealed class LatentPairs : IDisposable
{
    public const int Channels = 4;

    /// <summary>Latents [batch,4,5,4], which decode to 40×32 pixels, and images of the size given.</summary>
    public LatentPairs(int batch = 3, int imageHeight = 40, int imageWidth = 32)
    {
        var target = FormulaTensors.Latents("laws", batch * Channels * 5 * 4);
        Target = Measured.Tensor(target, batch, Channels, 5, 4);
        Predicted = Measured.Tensor(FormulaTensors.Near("laws.near", target), batch, Channels, 5, 4);
        Images = Measured.Tensor(FormulaTensors.Image("laws.image", batch, imageHeight, imageWidth), batch, 3, imageHeight, imageWidth);
    }

    public TensorBuffer Target { get; }

    public TensorBuffer Predicted { get; }

    public TensorBuffer Images { get; }

    /// <summary>The samples of a batch in another order, or some of them.</summary>
    public static TensorBuffer Pick(TensorBuffer batch, params ReadOnlySpan<int> samples)
    {
        var picked = new TensorBuffer(new TensorShape([samples.Length, .. batch.Shape.Dimensions[1..]]));
        for (var i = 0; i < samples.Length; i++)
        {
            batch.Sample(samples[i]).CopyTo(picked.Sample(i));
        }

        return picked;
    }

    public void Dispose()
    {
        Target.Dispose();
        Predicted.Dispose();
        Images.Dispose();
    }
}
