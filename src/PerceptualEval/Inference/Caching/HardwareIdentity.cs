using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace PerceptualEval.Inference.Caching;

/// <summary>
/// What the processors are and can do. The runtime lays graphs out for the CPU (blocks of 8 channels with AVX2, of 16 with AVX-512) and chooses
/// kernels by it, and by the GPU: neither a graph nor a result may be taken for another one's.
/// </summary>
internal static class HardwareIdentity
{
    private const string NvidiaDriver = "/proc/driver/nvidia";

    // On x86 model and features; elsewhere the machine's name.
    private static readonly string Cpu = $"{RuntimeInformation.ProcessArchitecture} {(X86Base.IsSupported ? X86Features() : Environment.MachineName)}";

    /// <summary>What results computed on a device depend on: the CPU, and on other devices the GPUs and their driver as well.</summary>
    /// <remarks>What can't be asked is stood in for by the machine's name.</remarks>
    public static string Of(ExecutionDevice device) => device == ExecutionDevice.Cpu ? Cpu : $"{Cpu}\n{Gpus()}";

    /// <summary>What NVIDIA's driver for Linux says of itself and its GPUs.</summary>
    /// <param name="driver">Its folder, in which each GPU has a file of its own.</param>
    /// <returns>The driver's version and the lines that name models; null where there is no such folder or it can't be read.</returns>
    internal static string? GpusOf(string driver)
    {
        try
        {
            var models = Directory.EnumerateFiles(Path.Combine(driver, "gpus"), "information", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal).SelectMany(File.ReadLines).Where(line => line.StartsWith("Model:", StringComparison.Ordinal));
            return string.Join('\n', [File.ReadAllText(Path.Combine(driver, "version")), .. models]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // The variables say which of them is cuda:0. Not kept: a run on the CPU need not look for GPUs.
    private static string Gpus() => string.Join('\n', GpusOf(NvidiaDriver) ?? Environment.MachineName,
        Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"), Environment.GetEnvironmentVariable("CUDA_DEVICE_ORDER"));

    private static string X86Features()
    {
        // Leaf 1: family, model and stepping, and features; its second register differs from core to core. Leaf 7: AVX2, AVX-512 and later.
        // Whether the system lets them be used is what .NET knows.
        var (model, _, features, more) = X86Base.CpuId(1, 0);
        var (_, extended, extended2, extended3) = X86Base.CpuId(7, 0);
        return $"{model:x8} {features:x8} {more:x8} {extended:x8} {extended2:x8} {extended3:x8} {Fma.IsSupported} {Avx2.IsSupported} {Avx512F.IsSupported}";
    }
}
