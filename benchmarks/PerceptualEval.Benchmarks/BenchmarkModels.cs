using System.Runtime.CompilerServices;
using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Perceptual;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>Models and inputs of the benchmarks: TAEF2 and LPIPS-squeeze with their real weights, from the folder <c>shared/</c> beside the repository.</summary>
internal static class BenchmarkModels
{
    private static readonly Lazy<string> Folder = new(BuildAll);

    public static ModelStore Store => new(Folder.Value);

    public static ExecutionOptions Cpu { get; } = new(ExecutionDevice.Cpu);

    public static ExecutionOptions OneThread { get; } = new(ExecutionDevice.Cpu, 1);

    /// <summary>A model that comes with the tool.</summary>
    public static Model BuiltIn(string name) => Model.Open(Path.Combine(Repository(), "models", name));

    /// <summary>A file of the shared folder.</summary>
    public static string Shared(params string[] parts)
    {
        var path = Path.GetFullPath(Path.Combine([Repository(), "..", "shared", .. parts]));
        return File.Exists(path) ? path : throw new FileNotFoundException($"the benchmarks need '{path}'");
    }

    /// <summary>Normally distributed values, the same at every call.</summary>
    public static TensorBuffer Random(params ReadOnlySpan<long> shape)
    {
        var tensor = new TensorBuffer(new TensorShape(shape));
        var random = new Random(1);
        foreach (ref var value in tensor.Span)
        {
            value = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return tensor;
    }

    private static string BuildAll()
    {
        var folder = Directory.CreateTempSubdirectory("perceptual-eval-benchmarks").FullName;
        DecoderBuilder.Build(Shared("models", "taef2_decoder.pth"), "taef2", folder);
        LpipsBuilder.Build(
            LpipsNetwork.Squeeze, Shared("models", "squeezenet1_1-features.pth"), Shared("models", "lpips-v0.1-squeeze.pth"), "0.1", "squeeze", folder);
        return folder;
    }

    private static string Repository([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..");
}
