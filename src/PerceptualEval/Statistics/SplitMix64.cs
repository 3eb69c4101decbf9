namespace PerceptualEval.Statistics;

/// <summary>
/// Random numbers by a counter that is mixed (SplitMix64; Steele, Lea and Flood 2014): streams of one seed can be drawn in any order
/// and on any thread.
/// </summary>
internal struct SplitMix64
{
    // 2^64 divided by the golden ratio.
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <summary>Begins a stream.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="stream">Which of its streams, at least 0.</param>
    public SplitMix64(long seed, int stream) => _state = Mix(Mix((ulong)seed) + (ulong)stream);

    /// <summary>The next number, each of 0 to <paramref name="count"/> − 1 being as likely as the others to 1 in 10^9.</summary>
    /// <param name="count">At least 1.</param>
    public int Next(int count) => (int)Math.BigMul(Mix(_state += Step), (ulong)count, out _);

    // The constants of Stafford's variant 13, as in java.util.SplittableRandom.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
