using System.Numerics.Tensors;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Measures by how much storing weights with fewer bits changes what a network computes.</summary>
internal static class StorageError
{
    private const int Seed = 1;
    private const int Cells = 16;

    /// <summary>Runs two builds of the same network on one input: normal noise for a decoder, uniform noise in [-1,1] for an encoder.</summary>
    /// <param name="exact">The network with its weights as they are.</param>
    /// <param name="stored">The network as it was stored.</param>
    /// <returns>The largest difference of any output value, and how far the exact output's smallest and largest value are apart.</returns>
    public static (double Largest, double Range) Measure(Model exact, Model stored)
    {
        using var expected = Run(exact);
        using var found = Run(stored);
        var range = TensorPrimitives.Max<float>(expected.Span) - TensorPrimitives.Min<float>(expected.Span);
        TensorPrimitives.Subtract(found.Span, expected.Span, found.Span);
        return (MathF.Abs(TensorPrimitives.MaxMagnitude<float>(found.Span)), range);
    }

    private static TensorBuffer Run(Model model)
    {
        var options = new ExecutionOptions(ExecutionDevice.Cpu);
        var space = model.Manifest.Latent!;
        if (model.Manifest.Kind == ModelKind.Encoder)
        {
            using var encoder = new ImageEncoder(model, options);
            using var image = Noise(new TensorShape(1, 3, Cells * space.SpatialFactor, Cells * space.SpatialFactor), random => (2 * random.NextDouble()) - 1);
            return encoder.Encode(image);
        }

        using var decoder = new LatentDecoder(model, options);
        using var latent = Noise(model.Manifest.FrameBatching is null ? new TensorShape(1, space.Channels, Cells, Cells) : new TensorShape(1, space.Channels, 1, Cells, Cells), Normal);
        return decoder.Decode(latent, space.CanConvert ? LatentUnits.Model : space.Units);
    }

    private static TensorBuffer Noise(TensorShape shape, Func<Random, double> next)
    {
        var random = new Random(Seed);
        var noise = new TensorBuffer(shape);
        foreach (ref var value in noise.Span)
        {
            value = (float)next(random);
        }

        return noise;
    }

    // Box and Muller.
    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
