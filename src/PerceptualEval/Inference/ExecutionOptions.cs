using PerceptualEval.Inference.Caching;

namespace PerceptualEval.Inference;

/// <summary>Where and with how many threads graphs run.</summary>
/// <param name="Device">The device; the default chooses CUDA where it works, else the CPU.</param>
/// <param name="Threads">CPU threads per graph, at least 1; 0 (the default) for one per physical core.</param>
public sealed record ExecutionOptions(ExecutionDevice Device, int Threads = 0)
{
    /// <summary>Any device, one thread per physical core.</summary>
    public static ExecutionOptions Default { get; } = new(ExecutionDevice.Auto);

    /// <summary>CPU threads per graph; 0 for one per physical core.</summary>
    public int Threads { get; } = Threads >= 0
        ? Threads
        : throw new ArgumentOutOfRangeException(nameof(Threads), Threads, "the number of threads is at least 1, or 0 for one per core.");

    /// <summary>
    /// A folder for graphs as the runtime optimised them for this CPU, so that they load in a fraction of the time; shared by any number of
    /// processes, at most 4 GiB. Null (the default) for none; <see cref="UserGraphCache"/> for the user's.
    /// </summary>
    public string? GraphCache { get; init; }

    /// <summary>How precisely graphs compute. Default <see cref="ComputePrecision.Float32"/>; <see cref="ComputePrecision.Tf32"/> is for CUDA only.</summary>
    public ComputePrecision Precision { get; init; }

    /// <summary>A plugin execution provider to run on instead of CPU or CUDA, with <see cref="ExecutionDevice.Auto"/>. Default null.</summary>
    public ProviderLibrary? Library { get; init; }

    /// <summary>The user's folder for <see cref="GraphCache"/>, whether it exists or not; null where the user has no folder for caches.</summary>
    public static string? UserGraphCache { get; } = UserCacheFolder.Path is { } folder ? Path.Combine(folder, "perceptual-eval", "graphs") : null;

    /// <summary>The threads for work of our own beside the runtime's.</summary>
    internal int ThreadCount => Threads > 0 ? Threads : ProcessorCores.Physical ?? Environment.ProcessorCount;
}
