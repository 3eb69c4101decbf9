using System.Globalization;

namespace PerceptualEval.Inference;

/// <summary>Where graphs run.</summary>
public readonly record struct ExecutionDevice
{
    private ExecutionDevice(bool isAuto, int? cudaDevice, string? provider = null) => (IsAuto, CudaDevice, Provider) = (isAuto, cudaDevice, provider);

    /// <summary>The first CUDA device where there is one that works, else the CPU.</summary>
    public static ExecutionDevice Auto { get; } = new(true, null);

    /// <summary>The CPU.</summary>
    public static ExecutionDevice Cpu { get; } = new(false, null);

    /// <summary>Whether the choice is made when the first session is created.</summary>
    public bool IsAuto { get; }

    /// <summary>The CUDA device's number; null for the CPU and for auto.</summary>
    public int? CudaDevice { get; }

    /// <summary>The plugin execution provider that was loaded (<see cref="ExecutionOptions.Library"/>); null for CPU, CUDA and auto.</summary>
    public string? Provider { get; }

    /// <summary>A CUDA device.</summary>
    /// <param name="device">Its number, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static ExecutionDevice Cuda(int device = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(device);
        return new(false, device);
    }

    /// <summary>Reads <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    /// <param name="text">The text, lower case.</param>
    /// <exception cref="ArgumentException">It is none of these.</exception>
    public static ExecutionDevice Parse(string text) => text switch
    {
        "auto" => Auto,
        "cpu" => Cpu,
        "cuda" => Cuda(),
        not null when text.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var device) => Cuda(device),
        _ => throw new ArgumentException($"device '{text}'; expected auto, cpu, cuda or cuda:N.", nameof(text)),
    };

    /// <summary>Where a plugin execution provider runs.</summary>
    internal static ExecutionDevice Plugin(string provider) => new(false, null, provider);

    /// <summary>The text that <see cref="Parse"/> reads, or a plugin provider's name.</summary>
    public override string ToString() => Provider ?? (IsAuto ? "auto" : CudaDevice is { } device ? $"cuda:{device}" : "cpu");
}
