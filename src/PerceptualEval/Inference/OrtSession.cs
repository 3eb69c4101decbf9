using Microsoft.ML.OnnxRuntime;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference;

/// <summary>A graph, ready to run: owns the native session. Made once and shared; runs may overlap.</summary>
internal sealed class OrtSession : IDisposable
{
    private readonly string _graphPath;
    private readonly InferenceSession _session;
    private readonly OrtMemoryInfo? _cudaMemory;
    private readonly RunOptions _runOptions = new();

    private OrtSession(string graphPath, InferenceSession session, ExecutionDevice device)
    {
        (_graphPath, _session, Device) = (graphPath, session, device);
        if (device.CudaDevice is { } cuda)
        {
            _cudaMemory = new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, cuda, OrtMemType.Default);
        }
    }

    /// <summary>Where the graph runs; never auto.</summary>
    public ExecutionDevice Device { get; }

    /// <summary>Loads a graph and checks its inputs and outputs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="role">The graph's role among the model's.</param>
    /// <param name="options">Where to run it.</param>
    /// <param name="check">Throws where the graph's inputs or outputs are not what the model's manifest promises.</param>
    /// <returns>The session, owned by the caller.</returns>
    /// <exception cref="ModelException">The file is not what the manifest says, or the check says so.</exception>
    /// <exception cref="DeviceException">The device asked for can't be used.</exception>
    /// <exception cref="InferenceException">The runtime does not take the graph.</exception>
    public static OrtSession Load(Model model, string role, ExecutionOptions options, Action<GraphSignature> check)
    {
        var graph = model.OpenGraph(role);
        var (session, device) = new SessionLoading(options).Load(graph);
        try
        {
            check(new GraphSignature(model, graph.Path, session));
            return new OrtSession(graph.Path, session, device);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Loads a small graph that this library brings with it.</summary>
    /// <param name="resource">The name of its resource.</param>
    /// <param name="device">Where to run it: a CUDA device, or the CPU.</param>
    /// <returns>The session, owned by the caller.</returns>
    /// <exception cref="InferenceException">The runtime does not take the graph.</exception>
    public static OrtSession LoadOwn(string resource, ExecutionDevice device)
    {
        using var stream = typeof(OrtSession).Assembly.GetManifestResourceStream(resource)!;
        var graph = new byte[stream.Length];
        stream.ReadExactly(graph);
        var session = new SessionLoading(new ExecutionOptions(device, Threads: 1)).LoadOwn(graph, resource);
        try
        {
            return new OrtSession(resource, session, device);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Wraps a tensor's memory for a run, without a copy. The tensor must outlive the value.</summary>
    public static OrtValue Wrap(TensorBuffer tensor) =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, tensor.Memory, tensor.Shape.ToArray());

    /// <summary>Runs the graph and writes one output into a tensor of the caller.</summary>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public void Run(string inputName, TensorBuffer input, string outputName, TensorBuffer output)
    {
        using var inputValue = Wrap(input);
        Run([(inputName, inputValue)], outputName, output, []).Dispose();
    }

    /// <summary>Runs the graph and leaves its outputs where they are computed, or brings them to the host.</summary>
    /// <param name="inputs">Names and values; the values stay the caller's.</param>
    /// <param name="outputs">The names of the outputs wanted.</param>
    /// <param name="toHost">Whether the caller reads the outputs itself; false leaves them on the device for another graph.</param>
    /// <returns>The outputs in the order asked for, owned by the caller.</returns>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(ReadOnlySpan<(string Name, OrtValue Value)> inputs, ReadOnlySpan<string> outputs, bool toHost)
    {
        try
        {
            using var binding = Bind(inputs, outputs, toHost);
            return RunBound(binding);
        }
        catch (OnnxRuntimeException exception)
        {
            throw Failed(exception);
        }
    }

    /// <summary>Runs the graph: one output goes into a tensor of the caller, the others stay where they are computed, for another run.</summary>
    /// <param name="inputs">Names and values; the values stay the caller's.</param>
    /// <param name="outputName">The output for the tensor.</param>
    /// <param name="output">The tensor, of the output's shape.</param>
    /// <param name="kept">The names of the outputs that stay.</param>
    /// <returns>The outputs that stay, in the order asked for, and after them the tensor's; owned by the caller, who disposes it before the tensor.</returns>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        ReadOnlySpan<(string Name, OrtValue Value)> inputs, string outputName, TensorBuffer output, ReadOnlySpan<string> kept)
    {
        try
        {
            using var outputValue = Wrap(output);
            using var binding = Bind(inputs, kept, toHost: false);
            binding.BindOutput(outputName, outputValue);
            return RunBound(binding);
        }
        catch (OnnxRuntimeException exception)
        {
            throw Failed(exception);
        }
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _cudaMemory?.Dispose();
        _session.Dispose();
    }

    private OrtIoBinding Bind(ReadOnlySpan<(string Name, OrtValue Value)> inputs, ReadOnlySpan<string> outputs, bool toHost)
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

    private IDisposableReadOnlyCollection<OrtValue> RunBound(OrtIoBinding binding)
    {
        binding.SynchronizeBoundInputs();
        _session.RunWithBinding(_runOptions, binding);
        binding.SynchronizeBoundOutputs();
        return binding.GetOutputValues();
    }

    private InferenceException Failed(OnnxRuntimeException exception) => new(
        $"graph '{_graphPath}' failed on {Device}: {RuntimeMessage.OneLine(exception)}. If memory ran out, use a smaller --batch.", exception);
}
