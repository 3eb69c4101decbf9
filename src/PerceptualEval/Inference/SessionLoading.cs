using Microsoft.ML.OnnxRuntime;
using PerceptualEval.Inference.Caching;
using PerceptualEval.Models;

namespace PerceptualEval.Inference;

/// <summary>Loads graphs where the options say, and chooses the device where they leave it open.</summary>
/// <param name="options">Where to run, with how many threads.</param>
internal sealed class SessionLoading(ExecutionOptions options)
{
    /// <summary>Loads a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>The session, owned by the caller, and the device on which it runs.</returns>
    /// <exception cref="DeviceException">The device asked for can't be used.</exception>
    /// <exception cref="InferenceException">The runtime does not take the graph.</exception>
    public (InferenceSession Session, ExecutionDevice Device) Load(GraphFile graph)
    {
        if (options.Library is not null && (options.Device != ExecutionDevice.Auto || options.Precision == ComputePrecision.Tf32))
        {
            throw new DeviceException($"device '{options.Device}', precision {options.Precision}, and a provider library; expected the library alone: it chooses both. Leave the others out.");
        }

        if ((options.Library is { } library ? OnPlugin(graph.Path, library) : OnCuda(graph.Path)) is { } elsewhere)
        {
            return elsewhere;
        }

        if (options.Precision == ComputePrecision.Tf32)
        {
            throw new DeviceException("precision tf32: the CPU computes in fp32 only, and there is no CUDA here. Leave --precision out, or use --device cuda.");
        }

        try
        {
            return (OnCpu(graph), ExecutionDevice.Cpu);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InferenceException($"graph '{graph.Path}' can't be loaded: {RuntimeMessage.OneLine(exception)}", exception);
        }
    }

    /// <summary>Loads a small graph of our own, on the CPU or a CUDA device that the options name.</summary>
    /// <param name="graph">The bytes of its file.</param>
    /// <param name="name">Its name, for errors.</param>
    /// <returns>The session, owned by the caller.</returns>
    /// <exception cref="InferenceException">The runtime does not take the graph.</exception>
    public InferenceSession LoadOwn(byte[] graph, string name)
    {
        try
        {
            using var sessionOptions = options.Device.CudaDevice is { } cuda ? Configured(CudaProvider.Options(cuda)) : CpuOptions();
            return new InferenceSession(graph, sessionOptions);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InferenceException($"graph '{name}' can't be loaded on {options.Device}: {RuntimeMessage.OneLine(exception)}", exception);
        }
    }

    private (InferenceSession Session, ExecutionDevice Device)? OnPlugin(string graphPath, ProviderLibrary library)
    {
        var devices = PluginProviders.Devices(library);
        try
        {
            using var sessionOptions = Configured(new SessionOptions());
            sessionOptions.AppendExecutionProvider(OrtEnv.Instance(), devices, new Dictionary<string, string>());
            return (new InferenceSession(graphPath, sessionOptions), ExecutionDevice.Plugin(devices[0].EpName));
        }
        catch (OnnxRuntimeException exception)
        {
            throw new DeviceException($"provider '{devices[0].EpName}' could not be started with graph '{graphPath}': {RuntimeMessage.OneLine(exception)}", exception);
        }
    }

    // Null where the graph is to run on the CPU.
    private (InferenceSession Session, ExecutionDevice Device)? OnCuda(string graphPath)
    {
        var device = options.Device;
        var hasCuda = InferenceRuntime.Providers.Contains(CudaProvider.Name);
        if (device.CudaDevice is { } asked && !hasCuda)
        {
            throw new DeviceException($"device '{device}': {InferenceRuntime.CudaProblem(asked)}, or use --device cpu.");
        }

        if (!hasCuda || device == ExecutionDevice.Cpu)
        {
            return null;
        }

        var cuda = ExecutionDevice.Cuda(device.CudaDevice ?? 0);
        try
        {
            using var sessionOptions = Configured(CudaProvider.Options(cuda.CudaDevice!.Value, options.Precision));
            return (new InferenceSession(graphPath, sessionOptions), cuda);
        }
        catch (OnnxRuntimeException exception) when (!device.IsAuto)
        {
            throw new DeviceException(
                $"device '{device}': CUDA could not be started ({RuntimeMessage.OneLine(exception)}). It needs an NVIDIA driver and the CUDA and cuDNN libraries of ONNX Runtime {OrtEnv.Instance().GetVersionString()}; or use --device cpu.",
                exception);
        }
        catch (OnnxRuntimeException)
        {
            // auto: a machine whose CUDA does not start is a CPU machine; `doctor` tells why.
            return null;
        }
    }

    private InferenceSession OnCpu(GraphFile graph)
    {
        if (options.GraphCache is { } folder && graph.Bytes >= OptimizedGraphs.LeastBytes)
        {
            return new OptimizedGraphs(folder).Load(graph, CpuOptions);
        }

        using var sessionOptions = CpuOptions();
        return new InferenceSession(graph.Path, sessionOptions);
    }

    // Planning all of a graph's memory as one block for each shape gains no time on CPUs; without it the peak is a quarter to two fifths lower.
    private SessionOptions CpuOptions() => Configured(new SessionOptions { EnableMemoryPattern = false });

    private SessionOptions Configured(SessionOptions sessionOptions)
    {
        // Errors come as exceptions; the runtime's own lines on standard error would say them a second time.
        sessionOptions.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
        // Decoder, features and distance take turns, each with threads of its own: those that have nothing to do must not keep
        // spinning while the next graph runs. A pair through LPIPS took 1.4 times as long without this, on two cores.
        sessionOptions.AddSessionConfigEntry("session.force_spinning_stop", "1");

        // 0, where the cores are not known, leaves it to the runtime, which does not see a container's CPU limit.
        sessionOptions.IntraOpNumThreads = options.Threads > 0 ? options.Threads : ProcessorCores.Physical ?? 0;
        return sessionOptions;
    }
}
