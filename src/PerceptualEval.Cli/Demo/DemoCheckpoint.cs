using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Demo;

/// <summary>A made-up checkpoint of a latent model: the target with the faults of one that trained for a while, softness and noise.</summary>
/// <param name="Name">Its name in tables and folders.</param>
/// <param name="Softness">The share of each latent value that is its neighbours' mean, 0…1.</param>
/// <param name="Noise">The standard deviation of the noise, in latent units.</param>
internal sealed record DemoCheckpoint(string Name, float Softness, float Noise)
{
    /// <summary>An early checkpoint and a later, better one.</summary>
    public static IReadOnlyList<DemoCheckpoint> All { get; } = [new("step-2000", 0.7f, 0.3f), new("step-9000", 0.25f, 0.1f)];

    /// <summary>What the checkpoint predicts instead of the target.</summary>
    /// <param name="target">[N,C,h,w].</param>
    /// <param name="seed">Seeds the noise; one per sample gives every sample its own.</param>
    /// <returns>A tensor of the same shape, which the caller owns.</returns>
    public TensorBuffer Predict(TensorBuffer target, int seed)
    {
        var random = new Random(seed);
        var predicted = new TensorBuffer(target.Shape);
        var (height, width) = ((int)target.Shape[^2], (int)target.Shape[^1]);
        var from = target.Span;
        var to = predicted.Span;
        for (var i = 0; i < from.Length; i++)
        {
            var (plane, row, column) = (i / (height * width) * height * width, i / width % height, i % width);
            var up = from[plane + (Math.Max(row - 1, 0) * width) + column];
            var down = from[plane + (Math.Min(row + 1, height - 1) * width) + column];
            var left = from[plane + (row * width) + Math.Max(column - 1, 0)];
            var right = from[plane + (row * width) + Math.Min(column + 1, width - 1)];
            to[i] = float.Lerp(from[i], (up + down + left + right) / 4, Softness) + (Noise * Gaussian(random));
        }

        return predicted;
    }

    // Box and Muller; 1 − u is never 0.
    private static float Gaussian(Random random) =>
        MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());
}
