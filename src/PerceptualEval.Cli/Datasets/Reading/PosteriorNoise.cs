using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PerceptualEval.Cli.Datasets.Reading;

/// <summary>
/// Standard normal noise by seed and sample id, so that a sample gets the same whatever the order, the batch and the machine; target
/// and prediction of one id get the same, too.
/// </summary>
/// <remarks>
/// The first eight bytes of SHA-256("{seed}\n{id}"), little-endian, begin a SplitMix64 sequence (Steele, Lea, Flood 2014); its upper
/// 53 bits are uniform numbers, which Box and Muller's method turns into pairs of normal ones.
/// </remarks>
internal static class PosteriorNoise
{
    /// <summary>Fills memory of the caller.</summary>
    public static void Fill(Span<float> destination, long seed, string id)
    {
        var state = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed}\n{id}"))));
        for (var i = 0; i < destination.Length; i += 2)
        {
            // From (0,1], so that the logarithm is finite.
            var radius = Math.Sqrt(-2 * Math.Log(1 - NextUniform(ref state)));
            var (sine, cosine) = Math.SinCos(2 * Math.PI * NextUniform(ref state));
            destination[i] = (float)(radius * cosine);
            if (i + 1 < destination.Length)
            {
                destination[i + 1] = (float)(radius * sine);
            }
        }
    }

    private static double NextUniform(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
