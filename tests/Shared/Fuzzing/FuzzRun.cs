using System.Diagnostics;
using System.Globalization;

namespace PerceptualEval.TestSupport.Fuzzing;

/// <summary>
/// Gives damaged files to a reader, and sees to it that it refuses them in its own words, in bounded memory and without hanging.
/// A few seconds in the tests; as long as <c>PERCEPTUAL_EVAL_FUZZ_MINUTES</c> says where that is set, from other seeds.
/// </summary>
/// <param name="isRefusal">Whether an exception is the reader's own.</param>
/// <param name="read">Reads a file.</param>
internal sealed class FuzzRun(Func<Exception, bool> isRefusal, Action<byte[]> read)
{
    /// <summary>What an input of no length may take: buffers, and the exception.</summary>
    public const long AllowedBytes = 8 << 20;

    /// <summary>What a reader may take for each byte of the file: deflate expands up to 1032-fold.</summary>
    public const long AllowedExpansion = 1100;

    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    private static readonly double Minutes =
        double.TryParse(Environment.GetEnvironmentVariable("PERCEPTUAL_EVAL_FUZZ_MINUTES"), CultureInfo.InvariantCulture, out var minutes) ? minutes : 0;

    private byte[] _current = [];
    private long _startedAt = long.MaxValue;

    /// <summary>Fuzzes with one file after the other.</summary>
    /// <param name="shortRun">How many inputs a run of the tests takes.</param>
    /// <param name="make">The input of a seed.</param>
    /// <returns>How many inputs there were.</returns>
    public long Run(int shortRun, Func<int, byte[]> make)
    {
        using var watch = new Timer(_ => FailOnHang(), null, Hang, Hang);
        var seed = Minutes > 0 ? (int)(Stopwatch.GetTimestamp() & 0x3fffffff) : 0;
        var start = Stopwatch.GetTimestamp();
        long count = 0;
        for (; Minutes > 0 ? Stopwatch.GetElapsedTime(start).TotalMinutes < Minutes : count < shortRun; count++)
        {
            Try(make(seed), seed);
            seed = (seed + 1) & int.MaxValue;
        }

        return count;
    }

    /// <summary>Gives one file to the reader.</summary>
    /// <param name="input">The file.</param>
    /// <param name="seed">What made it, for the message.</param>
    public void Try(byte[] input, int seed)
    {
        _current = input;
        Volatile.Write(ref _startedAt, Stopwatch.GetTimestamp());
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read(input);
        }
        catch (Exception e) when (isRefusal(e))
        {
            if (e.Message.Any(char.IsControl))
            {
                Fail(input, seed, $"the message has control characters: {e.Message}");
            }
        }
        catch (Exception e)
        {
            Fail(input, seed, e.ToString());
        }
        finally
        {
            Volatile.Write(ref _startedAt, long.MaxValue);
        }

        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        if (taken > AllowedBytes + (AllowedExpansion * input.Length))
        {
            Fail(input, seed, $"{taken} bytes of memory for {input.Length} of input");
        }
    }

    private static void Fail(byte[] input, int seed, string problem) => Assert.Fail($"seed {seed}: {problem} ({Keep(input)})");

    private static string Keep(byte[] input)
    {
        var path = Path.Combine(Path.GetTempPath(), $"fuzz-{Guid.NewGuid():N}.bin");
        File.WriteAllBytes(path, input);
        return $"the input is kept as {path}";
    }

    // A hang can't be unwound from outside.
    private void FailOnHang()
    {
        var started = Volatile.Read(ref _startedAt);
        if (started != long.MaxValue && Stopwatch.GetElapsedTime(started) > Hang)
        {
            Environment.FailFast($"an input hangs its reader ({Keep(_current)})");
        }
    }
}
