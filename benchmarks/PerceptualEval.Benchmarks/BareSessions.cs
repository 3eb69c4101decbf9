using System.Diagnostics;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>What <c>score</c> can't do without: two decodes, two feature passes and one distance a pair, from memory and with nothing around them.</summary>
internal static class BareSessions
{
    private const int Cells = 32;

    /// <summary>Seconds that the runs of some pairs take, without loading.</summary>
    /// <param name="decoderFolder">A decoder's folder.</param>
    /// <param name="lpipsFolder">An LPIPS network's folder.</param>
    /// <param name="pairs">How many pairs of latents of 32 × 32.</param>
    public static double Measure(string decoderFolder, string lpipsFolder, int pairs)
    {
        using var decoder = new LatentDecoder(Model.Open(decoderFolder), BenchmarkModels.Cpu);
        using var lpips = new PerceptualNetwork(Model.Open(lpipsFolder), BenchmarkModels.Cpu);
        using var latent = BenchmarkModels.Random(1, decoder.LatentSpace.Channels, Cells, Cells);
        Score(decoder, lpips, latent);
        var start = Stopwatch.GetTimestamp();
        for (var pair = 0; pair < pairs; pair++)
        {
            Score(decoder, lpips, latent);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Score(LatentDecoder decoder, PerceptualNetwork lpips, TensorBuffer latent)
    {
        using var target = Features(decoder, lpips, latent);
        using var predicted = Features(decoder, lpips, latent);
        lpips.Distance(target, predicted);
    }

    private static PerceptualFeatures Features(LatentDecoder decoder, PerceptualNetwork lpips, TensorBuffer latent)
    {
        using var image = decoder.Decode(latent);
        return lpips.Features(image);
    }
}
