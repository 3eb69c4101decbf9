using System.Runtime.CompilerServices;
using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Perceptual;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>
/// Models and inputs of the benchmarks: TAEF2 and LPIPS-squeeze with their real weights, from the folder <c>shared/</c> beside the repository,
/// Stable Diffusion's decoder and LPIPS-VGG with random ones, from the folder that <c>benchmarks/make_models.py</c> makes.
/// </summary>
internal static class BenchmarkModels
{
    private static readonly string Folder = Directory.CreateTempSubdirectory("perceptual-eval-benchmarks").FullName;

    private static readonly Lazy<Model> LazyTaef2 = new(() => DecoderBuilder.Build(Shared("models", "taef2_decoder.pth"), "taef2", Folder));

    private static readonly Lazy<Model> LazySd = new(() => DecoderBuilder.Build(Large("sd-decoder.pth"), "sd", Folder));

    private static readonly Lazy<Model> LazySqueeze = new(() => BuildLpips(
        LpipsNetwork.Squeeze, Shared("models", "squeezenet1_1-features.pth"), "squeeze"));

    private static readonly Lazy<Model> LazyVgg = new(() => BuildLpips(LpipsNetwork.Vgg, Large("vgg16-features.pth"), "vgg"));

    public static Model Taef2 => LazyTaef2.Value;

    public static Model Sd => LazySd.Value;

    public static Model Squeeze => LazySqueeze.Value;

    public static Model Vgg => LazyVgg.Value;

    public static int Threads { get; } = Environment.ProcessorCount;

    public static ExecutionOptions Cpu { get; } = new(ExecutionDevice.Cpu, Threads);

    public static ExecutionOptions OneThread { get; } = new(ExecutionDevice.Cpu, 1);

    /// <summary>A model that comes with the tool.</summary>
    public static Model BuiltIn(string name) => Model.Open(Path.Combine(Repository(), "models", name));

    /// <summary>A file of the shared folder.</summary>
    public static string Shared(params string[] parts)
    {
        var path = Path.GetFullPath(Path.Combine([Repository(), "..", "shared", .. parts]));
        return File.Exists(path) ? path : throw new FileNotFoundException($"the benchmarks need '{path}'");
    }

    /// <summary>A file that <c>benchmarks/make_models.py</c> made.</summary>
    public static string Large(string name)
    {
        var folder = Environment.GetEnvironmentVariable("PERCEPTUAL_EVAL_BENCHMARK_MODELS") ?? Path.Combine(Repository(), "benchmarks", "models");
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"'{path}' is missing; run: python3 benchmarks/make_models.py");
    }

    /// <summary>Deletes the models that were built.</summary>
    public static void Delete() => Directory.Delete(Folder, recursive: true);

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

    private static Model BuildLpips(LpipsNetwork network, string backbone, string name) =>
        LpipsBuilder.Build(network, backbone, Shared("models", $"lpips-v0.1-{name}.pth"), "0.1", name, Folder);

    private static string Repository([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..");
}
