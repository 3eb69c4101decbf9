using System.Globalization;

namespace PerceptualEval.Inference;

/// <summary>How many cores this process may use.</summary>
internal static class ProcessorCores
{
    private const string Topology = "/sys/devices/system/cpu";
    private const string Status = "/proc/self/status";
    private const string AllowedKey = "Cpus_allowed_list:";

    /// <summary>
    /// The physical cores that the process may run on, not more than its share of them (a container's CPU limit); null where the system does
    /// not tell. Two threads of one core share its arithmetic units: convolutions on both are no faster than on one.
    /// </summary>
    public static int? Physical { get; } = OperatingSystem.IsLinux() ? Count(Topology, Status, Environment.ProcessorCount) : null;

    /// <summary>Counts the cores of a Linux system.</summary>
    /// <param name="topology">The folder that describes the CPUs.</param>
    /// <param name="status">The file that says on which of them the process may run.</param>
    /// <param name="limit">The most that is returned: what the scheduler lets the process use.</param>
    /// <returns>At least 1; null where files are missing or not as expected.</returns>
    internal static int? Count(string topology, string status, int limit)
    {
        try
        {
            var allowed = File.ReadLines(status).First(line => line.StartsWith(AllowedKey, StringComparison.Ordinal))[AllowedKey.Length..];

            // CPUs that share a core name each other in the same words.
            var cores = Numbers(allowed).Select(cpu => File.ReadAllText($"{topology}/cpu{cpu}/topology/thread_siblings_list")).Distinct().Count();
            return cores > 0 ? Math.Min(cores, limit) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            return null;
        }
    }

    // "0-3,8" → 0, 1, 2, 3, 8.
    private static IEnumerable<int> Numbers(string list) => list.Split(',').SelectMany(part =>
    {
        var ends = Array.ConvertAll(part.Split('-'), end => int.Parse(end.Trim(), NumberStyles.None, CultureInfo.InvariantCulture));
        return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
    });
}
