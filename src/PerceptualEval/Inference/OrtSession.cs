using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference;

/// <summary>
/// A graph, ready to run: owns the native session and its options. Made once and shared; runs may overlap.
/// The one place where ONNX Runtime's own exceptions are caught.
/// </summary>
internal sealed class OrtSession : IDisposable
{
    private readonly string _graphPath;
    private readonly InferenceSession _session;
    private readonly OrtMemoryInfo? _cudaMemory;
    private readonly RunOptions _runOptions = new();

    /// <summary>Loads a graph.</summary>
    /// <param name="graphPath">The ONNX file.</param>
    /// <param name="options">Where to run it.</param>
    /// <exception cref="DeviceException">The device asked for can't be used.</exception>
    /// <exception cref="InferenceException">The runtime does not take the graph.</exception>
    public OrtSession(string graphPath, ExecutionOptions options)
    {
        _graphPath = graphPath;
        (_session, Device) = Create(graphPath, options);
        if (Device.CudaDevice is { } cuda)
        {
            _cudaMemory = new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, cuda, OrtMemType.Default);
        }
    }

    /// <summary>Where the graph runs; never auto.</summary>
    public ExecutionDevice Device { get; }

    /// <summary>Checks an input or output against what the model's manifest promises.</summary>
    /// <param name="model">The model, for the message.</param>
    /// <param name="isInput">Whether it is an input.</param>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The expected dimensions; −1 where any length will do.</param>
    /// <exception cref="ModelException">There is none of that name, or it has another type or shape.</exception>
    public void Expect(Model model, bool isInput, string name, params ReadOnlySpan<int> shape)
    {
        var found = isInput ? _session.InputMetadata : _session.OutputMetadata;
        var word = isInput ? "input" : "output";
        if (!found.TryGetValue(name, out var node))
        {
            throw new ModelException($"model '{model.Name}': graph '{_graphPath}' has no {word} '{name}', only {string.Join(", ", found.Keys)}.");
        }

        var fits = node.ElementDataType == TensorElementType.Float && node.Dimensions.Length == shape.Length;
        for (var i = 0; fits && i < shape.Length; i++)
        {
            fits = shape[i] < 0 || node.Dimensions[i] < 0 || node.Dimensions[i] == shape[i];
        }

        if (!fits)
        {
            throw new ModelException(
                $"model '{model.Name}': {word} '{name}' of graph '{_graphPath}' is {node.ElementDataType} {Describe(node.Dimensions)}; its manifest means Float {Describe(shape)}.");
        }
    }

    /// <summary>The name of the one output of a graph that has no other.</summary>
    /// <param name="model">The model, for the message.</param>
    /// <exception cref="ModelException">There are several, or it is not of float32.</exception>
    public string SoleOutput(Model model) =>
        _session.OutputMetadata.Count == 1 && _session.OutputMetadata.Single() is { Value.ElementDataType: TensorElementType.Float } output
            ? output.Key
            : throw new ModelException(
                $"model '{model.Name}': graph '{_graphPath}' has the outputs {string.Join(", ", _session.OutputMetadata.Select(found => $"'{found.Key}' ({found.Value.ElementDataType})"))}; expected one, of Float.");

    /// <summary>Wraps a tensor's memory for a run, without a copy. The tensor must outlive the value.</summary>
    public static OrtValue Wrap(TensorBuffer tensor) =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, tensor.Memory, tensor.Shape.ToArray());

    /// <summary>Runs the graph and writes one output into a tensor of the caller.</summary>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public void Run(string inputName, TensorBuffer input, string outputName, TensorBuffer output)
    {
        using var inputValue = Wrap(input);
        using var outputValue = Wrap(output);
        Guarded(() =>
        {
            using var binding = _session.CreateIoBinding();
            binding.BindInput(inputName, inputValue);
            binding.BindOutput(outputName, outputValue);
            RunBound(binding);
            return true;
        });
    }

    /// <summary>Runs the graph and leaves its outputs where they are computed, or brings them to the host.</summary>
    /// <param name="inputs">Names and values; the values stay the caller's.</param>
    /// <param name="outputs">The names of the outputs wanted.</param>
    /// <param name="toHost">Whether the caller reads the outputs itself; false leaves them on the device for another graph.</param>
    /// <returns>The outputs in the order asked for, owned by the caller.</returns>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyList<(string Name, OrtValue Value)> inputs, IReadOnlyList<string> outputs, bool toHost) =>
        Guarded(() =>
        {
            using var binding = Bind(inputs, outputs, toHost);
            RunBound(binding);
            return binding.GetOutputValues();
        });

    /// <summary>Runs the graph: one output goes into a tensor of the caller, the others stay where they are computed, for another run.</summary>
    /// <param name="inputs">Names and values; the values stay the caller's.</param>
    /// <param name="outputName">The output for the tensor.</param>
    /// <param name="output">The tensor, of the output's shape.</param>
    /// <param name="kept">The names of the outputs that stay.</param>
    /// <returns>The outputs that stay, in the order asked for, and after them the tensor's; owned by the caller, who disposes it before the tensor.</returns>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        IReadOnlyList<(string Name, OrtValue Value)> inputs, string outputName, TensorBuffer output, IReadOnlyList<string> kept)
    {
        using var outputValue = Wrap(output);
        return Guarded(() =>
        {
            using var binding = Bind(inputs, kept, toHost: false);
            binding.BindOutput(outputName, outputValue);
            RunBound(binding);
            return binding.GetOutputValues();
        });
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _cudaMemory?.Dispose();
        _session.Dispose();
    }

    private static (InferenceSession Session, ExecutionDevice Device) Create(string graphPath, ExecutionOptions options)
    {
        var device = options.Device;
        var hasCuda = InferenceRuntime.Providers.Contains(InferenceRuntime.CudaProvider);
        if (device.CudaDevice is { } asked && !hasCuda)
        {
            throw new DeviceException($"device '{device}': {InferenceRuntime.CudaProblem(asked)}, or use --device cpu.");
        }

        if (hasCuda && (device.IsAuto || device.CudaDevice is not null))
        {
            var cuda = ExecutionDevice.Cuda(device.CudaDevice ?? 0);
            try
            {
                return (CreateOn(graphPath, options, cuda.CudaDevice), cuda);
            }
            catch (OnnxRuntimeException exception) when (!device.IsAuto)
            {
                throw new DeviceException(
                    $"device '{device}': CUDA could not be started ({OneLine(exception)}). It needs an NVIDIA driver and the CUDA and cuDNN libraries of ONNX Runtime {OrtEnv.Instance().GetVersionString()}; or use --device cpu.",
                    exception);
            }
            catch (OnnxRuntimeException)
            {
                // auto: a machine whose CUDA does not start is a CPU machine; `doctor` tells why.
            }
        }

        try
        {
            return (CreateOn(graphPath, options, cudaDevice: null), ExecutionDevice.Cpu);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InferenceException($"graph '{graphPath}' can't be loaded: {OneLine(exception)}", exception);
        }
    }

    /// <summary>Options with the CUDA provider appended, which loads its libraries.</summary>
    /// <exception cref="OnnxRuntimeException">They can't be loaded.</exception>
    internal static SessionOptions CudaOptions(int device)
    {
        var options = new SessionOptions();
        try
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new Dictionary<string, string>
            {
                ["device_id"] = device.ToString(CultureInfo.InvariantCulture),
                // Full float32: TF32 keeps 10 bits of mantissa, which is not enough for 1e-6.
                ["use_tf32"] = "0",
                // EXHAUSTIVE, the default, times every algorithm again for each new image size.
                ["cudnn_conv_algo_search"] = "HEURISTIC",
            });
            options.AppendExecutionProvider_CUDA(cuda);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    private static InferenceSession CreateOn(string graphPath, ExecutionOptions options, int? cudaDevice)
    {
        using var sessionOptions = cudaDevice is { } device ? CudaOptions(device) : new SessionOptions();
        // Errors come as exceptions; the runtime's own lines on standard error would say them a second time.
        sessionOptions.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
        // Decoder, features and distance take turns, each with threads of its own: those that have nothing to do must not keep
        // spinning while the next graph runs. A pair through LPIPS took 1.4 times as long without this, on two cores.
        sessionOptions.AddSessionConfigEntry("session.force_spinning_stop", "1");

        // 0, where the cores are not known, leaves it to the runtime, which does not see a container's CPU limit.
        sessionOptions.IntraOpNumThreads = options.Threads > 0 ? options.Threads : ProcessorCores.Physical ?? 0;

        return new InferenceSession(graphPath, sessionOptions);
    }

    private static string OneLine(Exception exception) => exception.Message.ReplaceLineEndings(" ").Trim();

    private static string Describe(ReadOnlySpan<int> dimensions)
    {
        var parts = new string[dimensions.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = dimensions[i] < 0 ? "*" : dimensions[i].ToString(CultureInfo.InvariantCulture);
        }

        return $"[{string.Join(',', parts)}]";
    }

    private OrtIoBinding Bind(IReadOnlyList<(string Name, OrtValue Value)> inputs, IReadOnlyList<string> outputs, bool toHost)
    {
        var binding = _session.CreateIoBinding();
        foreach (var (name, value) in inputs)
        {
            binding.BindInput(name, value);
        }

        foreach (var name in outputs)
        {
            binding.BindOutputToDevice(name, toHost ? OrtMemoryInfo.DefaultInstance : _cudaMemory ?? OrtMemoryInfo.DefaultInstance);
        }

        return binding;
    }

    private void RunBound(OrtIoBinding binding)
    {
        binding.SynchronizeBoundInputs();
        _session.RunWithBinding(_runOptions, binding);
        binding.SynchronizeBoundOutputs();
    }

    private T Guarded<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InferenceException($"graph '{_graphPath}' failed on {Device}: {OneLine(exception)}. If memory ran out, use a smaller --batch.", exception);
        }
    }
}
