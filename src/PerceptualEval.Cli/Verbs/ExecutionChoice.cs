using System.CommandLine;
using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>The options that say on what graphs run.</summary>
internal static class ExecutionChoice
{
    public static Option<string> Device { get; } = new("--device")
    {
        HelpName = "auto|cpu|cuda|cuda:N",
        Description = "Where to run: CUDA where it works, else the CPU.",
        DefaultValueFactory = _ => "auto",
    };

    public static Option<int?> Threads { get; } = NumberOption.Count("--threads", "CPU threads. [default: one per physical core]");

    public static Option<string> Precision { get; } = new("--precision")
    {
        HelpName = "fp32|tf32|fp16",
        Description = "How precisely to compute: tf32 (CUDA only) and fp16 are faster on GPUs and keep 10 bits of the mantissa. fp16 takes a graph of its own (build float16), computes again in fp32 what overflows, and leaves LPIPS to tf32; an x64 CPU only rounds the weights.",
        DefaultValueFactory = _ => "fp32",
    };

    public static Option<string?> Library { get; } = new("--provider-library")
    {
        HelpName = "FILE",
        Description = "Run on a plugin execution provider of ONNX Runtime: the path of its library.",
    };

    public static Option<string?> Provider { get; } = new("--provider")
    {
        HelpName = "NAME",
        Description = "Which provider of --provider-library. [default: its only one]",
    };

    /// <summary>What the options say.</summary>
    /// <exception cref="UsageException">They have no such value, or contradict each other.</exception>
    public static ExecutionOptions Of(ParseResult parsed)
    {
        var (device, library) = (DeviceOf(parsed), LibraryOf(parsed));
        if (library is not null && !device.IsAuto)
        {
            throw new UsageException($"--device {device} and --provider-library exclude each other. Give one of them.");
        }

        return new ExecutionOptions(device, parsed.GetValue(Threads) ?? 0)
        {
            GraphCache = ExecutionOptions.UserGraphCache,
            Precision = PrecisionOf(parsed, device, library),
            Library = library,
        };
    }

    /// <summary>A precision by the option's name for it.</summary>
    public static string NameOf(ComputePrecision precision) => precision switch
    {
        ComputePrecision.Tf32 => "tf32",
        ComputePrecision.Float16 => "fp16",
        _ => "fp32",
    };

    /// <summary>Says on stderr how often a decoder computed twice, if at all, because values overflowed float16.</summary>
    public static void TellOfOverflow(LatentDecoder decoder) => TellOfOverflow(decoder.Model, decoder.Recomputed);

    /// <summary>Says on stderr how many samples a model computed twice, if any, because they overflowed float16.</summary>
    /// <param name="model">The model.</param>
    /// <param name="recomputed">How many.</param>
    public static void TellOfOverflow(Model model, long recomputed)
    {
        if (recomputed > 0)
        {
            Console.Error.WriteLine(FormattableString.Invariant(
                $"perceptual-eval: '{model.Name}' overflowed float16 {recomputed} times; these were computed again in float32. --precision tf32 or fp32 does not overflow."));
        }
    }

    private static ExecutionDevice DeviceOf(ParseResult parsed)
    {
        var device = parsed.GetValue(Device)!;
        try
        {
            return ExecutionDevice.Parse(device);
        }
        catch (ArgumentException)
        {
            throw new UsageException($"--device {device}: expected auto, cpu, cuda or cuda:N.");
        }
    }

    private static ComputePrecision PrecisionOf(ParseResult parsed, ExecutionDevice device, ProviderLibrary? library) => parsed.GetValue(Precision) switch
    {
        null or "fp32" => ComputePrecision.Float32,
        "tf32" when device == ExecutionDevice.Cpu || library is not null =>
            throw new UsageException($"--precision tf32 is for CUDA; this runs on {(library is null ? "the CPU" : "a plugin provider")}. Leave it out."),
        "tf32" => ComputePrecision.Tf32,
        "fp16" => ComputePrecision.Float16,
        var other => throw new UsageException($"--precision {other}: expected fp32, tf32 or fp16."),
    };

    private static ProviderLibrary? LibraryOf(ParseResult parsed) => (parsed.GetValue(Library), parsed.GetValue(Provider)) switch
    {
        (null, null) => null,
        (null, var provider) => throw new UsageException($"--provider {provider}: there is no library. Give --provider-library FILE, too."),
        (var file, _) when !File.Exists(file) => throw new UsageException($"--provider-library '{file}': there is no such file."),
        var (file, provider) => new ProviderLibrary(file, provider),
    };
}
