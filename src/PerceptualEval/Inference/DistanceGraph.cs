using Microsoft.ML.OnnxRuntime;
using PerceptualEval.Models;

namespace PerceptualEval.Inference;

/// <summary>The graph that compares two sets of features, or two images where the model is <see cref="ModelKind.Pairwise"/>.</summary>
internal sealed class DistanceGraph : IDisposable
{
    private readonly Model _model;
    private readonly OrtSession _session;
    private readonly string[] _namesOfA;
    private readonly string[] _namesOfB;
    private readonly int _layers;
    private string[] _outputs = ["distance", "layers"];

    /// <summary>Loads the graph and checks its inputs and outputs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="channels">The channels of each layer; empty for a pairwise model.</param>
    /// <param name="options">Where to run it.</param>
    /// <exception cref="ModelException">The file or the graph is not what the manifest says.</exception>
    /// <exception cref="DeviceException">The device asked for can't be used.</exception>
    /// <exception cref="InferenceException">The runtime does not take the graph.</exception>
    public DistanceGraph(Model model, IReadOnlyList<int> channels, ExecutionOptions options)
    {
        (_model, _layers) = (model, channels.Count);
        var isPairwise = model.Manifest.Kind == ModelKind.Pairwise;
        (_namesOfA, _namesOfB) = !isPairwise ? (Names("a"), Names("b"))
            : model.Manifest.Inputs is [var a, var b] ? ([a], [b])
            : (["a"], ["b"]);
        _session = isPairwise
            ? OrtSession.Load(model, "pairwise", options, CheckPairwise)
            : OrtSession.Load(model, "distance", options, graph => Check(graph, channels));
    }

    /// <summary>Where it runs; never auto.</summary>
    public ExecutionDevice Device => _session.Device;

    /// <summary>Compares two sets of features, pair by pair.</summary>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public PerceptualDistance[] Compare(PerceptualFeatures a, PerceptualFeatures b)
    {
        using var outputs = _session.Run(Inputs(a, b), _outputs, toHost: true);
        var totals = outputs[0].GetTensorDataAsSpan<float>();
        if (totals.Length != a.ImageShape[0])
        {
            throw new InferenceException($"model '{_model.Name}' ({_model.Folder}) gives {totals.Length} values for {a.ImageShape[0]} pairs; expected one a pair. Use --batch 1, or export it with a dynamic batch.");
        }

        var layers = outputs.Count > 1 ? outputs[1].GetTensorDataAsSpan<float>() : [];
        var distances = new PerceptualDistance[totals.Length];
        for (var i = 0; i < distances.Length; i++)
        {
            var ofPair = new double[_layers];
            for (var layer = 0; layer < ofPair.Length; layer++)
            {
                ofPair[layer] = layers[(i * ofPair.Length) + layer];
            }

            distances[i] = new PerceptualDistance(totals[i], ofPair);
        }

        return distances;
    }

    /// <summary>Two sets of features under the names of a graph that compares them.</summary>
    public (string Name, OrtValue Value)[] Inputs(PerceptualFeatures a, PerceptualFeatures b) =>
        [.. _namesOfA.Zip(a.Values), .. _namesOfB.Zip(b.Values)];

    public void Dispose() => _session.Dispose();

    private void CheckPairwise(GraphSignature graph)
    {
        graph.ExpectInput(_namesOfA[0], -1, 3, -1, -1);
        graph.ExpectInput(_namesOfB[0], -1, 3, -1, -1);
        _outputs = [graph.SoleOutput()];
    }

    private void Check(GraphSignature graph, IReadOnlyList<int> channels)
    {
        graph.ExpectOutput("distance", -1);
        graph.ExpectOutput("layers", -1, channels.Count);
        for (var layer = 0; layer < channels.Count; layer++)
        {
            graph.ExpectInput(_namesOfA[layer], -1, channels[layer], -1, -1);
            graph.ExpectInput(_namesOfB[layer], -1, channels[layer], -1, -1);
        }
    }

    private string[] Names(string prefix) => [.. Enumerable.Range(0, _layers).Select(layer => $"{prefix}{layer}")];
}
