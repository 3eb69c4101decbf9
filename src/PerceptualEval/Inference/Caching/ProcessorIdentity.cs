using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace PerceptualEval.Inference.Caching;

/// <summary>
/// What the CPU is and can do. The runtime lays graphs out for it (blocks of 8 channels with AVX2, of 16 with AVX-512) and chooses kernels
/// by it: neither a graph nor a result may be taken for another CPU's.
/// </summary>
internal static class ProcessorIdentity
{
    /// <summary>The architecture, and on x86 model and features.</summary>
    public static string Text { get; } = $"{RuntimeInformation.ProcessArchitecture} {Features()}";

    private static string Features()
    {
        if (!X86Base.IsSupported)
        {
            return string.Empty;
        }

        // Leaf 1: family, model and stepping, and features; its second register differs from core to core. Leaf 7: AVX2, AVX-512 and later.
        // Whether the system lets them be used is what .NET knows.
        var (model, _, features, more) = X86Base.CpuId(1, 0);
        var (_, extended, extended2, extended3) = X86Base.CpuId(7, 0);
        return $"{model:x8} {features:x8} {more:x8} {extended:x8} {extended2:x8} {extended3:x8} {Fma.IsSupported} {Avx2.IsSupported} {Avx512F.IsSupported}";
    }
}
