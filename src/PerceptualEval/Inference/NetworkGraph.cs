using System.Numerics.Tensors;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference;

/// <summary>
/// A decoder's or encoder's graph in the precision asked for. What float16 can't hold comes out as an infinity or a NaN: those samples, and
/// no others, are computed again in float32.
/// </summary>
internal sealed class NetworkGraph : IDisposable
{
    private readonly OrtSession _session;
    private readonly Action<OrtSession, TensorBuffer, TensorBuffer> _run;
    private readonly Func<OrtSession>? _loadExact;
    private readonly Lock _loading = new();
    private OrtSession? _exact;
    private long _recomputed;

    /// <summary>Loads the graph.</summary>
    /// <param name="model">The model.</param>
    /// <param name="role">The role of its graph in float32.</param>
    /// <param name="options">Where and how precisely to run.</param>
    /// <param name="check">Throws where the graph's inputs or outputs are not what the model's manifest promises.</param>
    /// <param name="run">Runs a session on an input [N,…] and fills an output [N,…].</param>
    /// <exception cref="ModelException">The model has no graph in this precision, its file is not what the manifest says, or the check says so.</exception>
    /// <exception cref="DeviceException">The device asked for can't be used.</exception>
    /// <exception cref="InferenceException">The runtime does not take the graph.</exception>
    public NetworkGraph(
        Model model, string role, ExecutionOptions options, Action<GraphSignature> check, Action<OrtSession, TensorBuffer, TensorBuffer> run)
    {
        _run = run;
        if (options.Precision != ComputePrecision.Float16)
        {
            _session = OrtSession.Load(model, role, options, check);
            return;
        }

        if (!model.Manifest.Graphs.ContainsKey(Model.Float16Role(role)))
        {
            throw new ModelException(
                $"model '{model.Name}' has no graph in float16, only in float32. Add it with `perceptual-eval build float16 '{model.Folder}'`, or compute in float32.");
        }

        // Loaded at the first overflow; whether it is whole must be known before.
        model.VerifiedGraph(role);
        _session = OrtSession.Load(model, Model.Float16Role(role), options, check);
        var exactly = options with { Precision = ComputePrecision.Float32, Device = options.Library is null ? _session.Device : options.Device };
        _loadExact = () => OrtSession.Load(model, role, exactly, check);
    }

    /// <summary>Where the graph runs; never auto.</summary>
    public ExecutionDevice Device => _session.Device;

    /// <summary>How many samples overflowed float16 and were computed again.</summary>
    public long Recomputed => Interlocked.Read(ref _recomputed);

    /// <summary>Runs the graph.</summary>
    /// <param name="input">[N,…].</param>
    /// <param name="output">[N,…]; filled.</param>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public void Run(TensorBuffer input, TensorBuffer output)
    {
        _run(_session, input, output);
        if (_loadExact is null)
        {
            return;
        }

        for (var sample = 0; sample < output.Shape[0]; sample++)
        {
            if (!TensorPrimitives.IsFiniteAll<float>(output.Sample(sample)) && TensorPrimitives.IsFiniteAll<float>(input.Sample(sample)))
            {
                Recompute(input, output, sample);
            }
        }
    }

    /// <summary>Runs an image decoder's graph and leaves the images on the device. Samples that overflow float16 are not computed again.</summary>
    /// <param name="inputName">The input's name.</param>
    /// <param name="input">[N,…].</param>
    /// <param name="outputName">The output's name.</param>
    /// <param name="shape">The shape that the images must have, [N,3,H,W].</param>
    /// <returns>The images, owned by the caller.</returns>
    /// <exception cref="InferenceException">The runtime failed, or the images have another shape.</exception>
    public DeviceImages RunOnDevice(string inputName, TensorBuffer input, string outputName, TensorShape shape)
    {
        using var inputValue = OrtSession.Wrap(input);
        var images = new DeviceImages(_session.Run([(inputName, inputValue)], [outputName], toHost: false), shape);
        try
        {
            var found = images.Images.GetTensorTypeAndShape().Shape;
            return found.AsSpan().SequenceEqual(shape.Dimensions)
                ? images
                : throw new InferenceException($"the graph made '{outputName}' of shape [{string.Join(',', found)}]; its manifest says {shape}. Rebuild the model.");
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _exact?.Dispose();
    }

    private void Recompute(TensorBuffer input, TensorBuffer output, int sample)
    {
        using var alone = TensorBuffer.CopyOf(One(input.Shape), input.Sample(sample));
        using var exact = new TensorBuffer(One(output.Shape));
        _run(Exact(), alone, exact);
        exact.Span.CopyTo(output.Sample(sample));
        Interlocked.Increment(ref _recomputed);
    }

    // Not a Lazy: where memory ran out, the next smaller batch may try again.
    private OrtSession Exact()
    {
        lock (_loading)
        {
            try
            {
                return _exact ??= _loadExact!();
            }
            catch (DeviceException exception)
            {
                throw new InferenceException($"a sample overflowed float16, and the graph in float32 can't be loaded beside: {exception.Message}", exception);
            }
        }
    }

    private static TensorShape One(TensorShape shape) => new([1, .. shape.Dimensions[1..]]);
}
