using System.CommandLine;
using PerceptualEval.Inference;

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
        HelpName = "fp32|tf32",
        Description = "How precisely CUDA multiplies: tf32 is faster and keeps 10 bits of the mantissa. The CPU has fp32 only.",
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
        "fp16" => throw new UsageException("--precision fp16: graphs are computed in float32, and the CUDA provider has no option for less than tf32. Expected fp32 or tf32."),
        var other => throw new UsageException($"--precision {other}: expected fp32 or tf32."),
    };

    private static ProviderLibrary? LibraryOf(ParseResult parsed) => (parsed.GetValue(Library), parsed.GetValue(Provider)) switch
    {
        (null, null) => null,
        (null, var provider) => throw new UsageException($"--provider {provider}: there is no library. Give --provider-library FILE, too."),
        (var file, _) when !File.Exists(file) => throw new UsageException($"--provider-library '{file}': there is no such file."),
        var (file, provider) => new ProviderLibrary(file, provider),
    };
}
