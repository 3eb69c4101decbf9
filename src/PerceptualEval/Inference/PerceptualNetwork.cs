using Microsoft.ML.OnnxRuntime;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference;

/// <summary>
/// A frozen LPIPS network in two steps, so that an image's features are computed once and compared as often as needed.
/// Loaded once, shared; safe for concurrent use.
/// </summary>
/// <remarks>Follows richzhang/PerceptualSimilarity: features divided by their norm + 1e-10 (outside the root), inputs in [-1,1].</remarks>
public sealed class PerceptualNetwork : IDisposable
{
    /// <summary>
    /// The role, among a manifest's graphs, of the file that holds the weights of each layer's channels, one layer after the other, as an
    /// array of float32 (.npy). A model that has it promises that its distance graph is that of LPIPS, which the CPU computes faster without it.
    /// </summary>
    public const string HeadsRole = "heads";

    private readonly OrtSession _features;
    private readonly Lazy<OrtSession> _distance;
    private readonly Lazy<OrtSession> _map;
    private readonly FeatureDistance? _onCpu;
    private readonly string[] _featureNames;

    /// <summary>Loads an LPIPS model.</summary>
    /// <param name="model">A model of kind <see cref="ModelKind.Lpips"/>.</param>
    /// <param name="options">Where to run it; null for the default.</param>
    /// <exception cref="ModelException">The model is not LPIPS, or its files are not what the manifest says.</exception>
    /// <exception cref="DeviceException">The device asked for can't be used.</exception>
    /// <exception cref="InferenceException">The runtime does not take a graph.</exception>
    public PerceptualNetwork(Model model, ExecutionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= ExecutionOptions.Default;
        Model = model;
        FeatureChannels = model.Manifest.FeatureChannels
            ?? throw new ModelException($"model '{model.Name}' ({model.Folder}): its manifest has no feature channels. Rebuild the model.");
        _featureNames = Names("f");
        var distanceGraph = model.VerifiedGraph("distance");
        _features = new OrtSession(model.VerifiedGraph("features"), options);
        _distance = new(() => LoadDistance(distanceGraph, options));
        _map = new(() => new OrtSession(model.VerifiedGraph("map"), options));
        try
        {
            CheckFeatures();
            if (Device == ExecutionDevice.Cpu && model.Manifest.Graphs.ContainsKey(HeadsRole))
            {
                _onCpu = new FeatureDistance(ReadHeads(), options.ThreadCount);
            }
            else
            {
                _ = _distance.Value;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The model that was loaded.</summary>
    public Model Model { get; }

    /// <summary>The channels of each layer.</summary>
    public IReadOnlyList<int> FeatureChannels { get; }

    /// <summary>Where the network runs; never auto.</summary>
    public ExecutionDevice Device => _features.Device;

    /// <summary>Computes the features of images.</summary>
    /// <param name="imagesNchw">[N,3,H,W], nominally in [-1,1]; H and W at least the network's minimum.</param>
    /// <returns>Features that the caller owns.</returns>
    /// <exception cref="ArgumentException">The shape is not [N,3,H,W], or the images are too small.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public PerceptualFeatures Features(TensorBuffer imagesNchw)
    {
        ArgumentNullException.ThrowIfNull(imagesNchw);
        RequireImages(imagesNchw.Shape);
        using var images = OrtSession.Wrap(imagesNchw);
        return new PerceptualFeatures(_features.Run([("image", images)], _featureNames, toHost: false), imagesNchw.Shape);
    }

    /// <summary>Compares two sets of features, pair by pair.</summary>
    /// <param name="a">Features of N images.</param>
    /// <param name="b">Features of N images of the same size.</param>
    /// <returns>One distance per pair, lower is closer.</returns>
    /// <exception cref="ArgumentException">The two sets are of images of different shapes.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public IReadOnlyList<PerceptualDistance> Distance(PerceptualFeatures a, PerceptualFeatures b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var inputs = Pair(a, b);
        return _onCpu is not null && !a.IsBeyondSpans
            ? [.. _onCpu.Compare(a.Values, b.Values).Select(layers => new PerceptualDistance(layers.Sum(), layers))]
            : DistanceByGraph(inputs);
    }

    private PerceptualDistance[] DistanceByGraph(List<(string Name, OrtValue Value)> inputs)
    {
        using var outputs = _distance.Value.Run(inputs, ["distance", "layers"], toHost: true);
        var totals = outputs[0].GetTensorDataAsSpan<float>();
        var layers = outputs[1].GetTensorDataAsSpan<float>();
        var distances = new PerceptualDistance[totals.Length];
        for (var i = 0; i < distances.Length; i++)
        {
            var ofPair = new double[FeatureChannels.Count];
            for (var layer = 0; layer < ofPair.Length; layer++)
            {
                ofPair[layer] = layers[(i * ofPair.Length) + layer];
            }

            distances[i] = new PerceptualDistance(totals[i], ofPair);
        }

        return distances;
    }

    /// <summary>Where in the images two sets of features differ: every layer's map, enlarged bilinearly to the images' size and summed.</summary>
    /// <param name="a">Features of N images.</param>
    /// <param name="b">Features of N images of the same size.</param>
    /// <returns>[N,1,H,W], not negative; its mean is near the distance. A buffer that the caller owns.</returns>
    /// <exception cref="ArgumentException">The two sets are of images of different shapes.</exception>
    /// <exception cref="ModelException">The model's map graph is missing or altered.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public TensorBuffer SpatialMap(PerceptualFeatures a, PerceptualFeatures b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var image = a.ImageShape;
        using var size = OrtValue.CreateTensorValueFromMemory(new[] { image[2], image[3] }, [2]);
        using var outputs = _map.Value.Run([.. Pair(a, b), ("size", size)], ["map"], toHost: true);
        return TensorBuffer.CopyOf(new TensorShape(image[0], 1, image[2], image[3]), outputs[0].GetTensorDataAsSpan<float>());
    }

    /// <summary>Frees the native sessions.</summary>
    public void Dispose()
    {
        _features.Dispose();
        if (_distance.IsValueCreated)
        {
            _distance.Value.Dispose();
        }

        if (_map.IsValueCreated)
        {
            _map.Value.Dispose();
        }
    }

    private string[] Names(string prefix) => [.. Enumerable.Range(0, FeatureChannels.Count).Select(layer => $"{prefix}{layer}")];

    private void CheckFeatures()
    {
        _features.Expect(Model, isInput: true, "image", -1, 3, -1, -1);
        for (var layer = 0; layer < FeatureChannels.Count; layer++)
        {
            _features.Expect(Model, isInput: false, $"f{layer}", -1, FeatureChannels[layer], -1, -1);
        }
    }

    private OrtSession LoadDistance(string graph, ExecutionOptions options)
    {
        var session = new OrtSession(graph, options);
        try
        {
            session.Expect(Model, isInput: false, "distance", -1);
            session.Expect(Model, isInput: false, "layers", -1, FeatureChannels.Count);
            for (var layer = 0; layer < FeatureChannels.Count; layer++)
            {
                session.Expect(Model, isInput: true, $"a{layer}", -1, FeatureChannels[layer], -1, -1);
                session.Expect(Model, isInput: true, $"b{layer}", -1, FeatureChannels[layer], -1, -1);
            }

            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private float[][] ReadHeads()
    {
        var path = Model.VerifiedGraph(HeadsRole);
        try
        {
            using var file = TensorFile.Open(path);
            using var values = file.Read(file.Tensors[0]);
            if (values.Shape.ElementCount != FeatureChannels.Sum())
            {
                throw new ModelException(
                    $"model '{Model.Name}': '{path}' has {values.Shape.ElementCount} weights; the {FeatureChannels.Sum()} channels of its manifest take one each. Rebuild the model.");
            }

            var start = 0;
            return [.. FeatureChannels.Select(channels => values.Span.Slice((start += channels) - channels, channels).ToArray())];
        }
        catch (TensorFileException exception)
        {
            throw new ModelException($"model '{Model.Name}': '{path}' is not an array of weights ({exception.Message.TrimEnd('.')}). Rebuild the model.", exception);
        }
    }

    private void RequireImages(TensorShape shape)
    {
        var minimum = Model.Manifest.MinimumImageSize;
        if (shape.Rank != 4 || shape[1] != 3 || shape[0] == 0 || shape[2] < minimum || shape[3] < minimum)
        {
            throw new ArgumentException($"images of shape {shape}; '{Model.Name}' takes [N,3,H,W] with H and W at least {minimum} pixels.");
        }
    }

    private List<(string Name, OrtValue Value)> Pair(PerceptualFeatures a, PerceptualFeatures b)
    {
        if (a.ImageShape != b.ImageShape)
        {
            throw new ArgumentException($"features of images of shapes {a.ImageShape} and {b.ImageShape}; they must be the same. Resize the images first.");
        }

        var inputs = new List<(string, OrtValue)>(2 * FeatureChannels.Count);
        for (var layer = 0; layer < FeatureChannels.Count; layer++)
        {
            inputs.Add(($"a{layer}", a.Values[layer]));
            inputs.Add(($"b{layer}", b.Values[layer]));
        }

        return inputs;
    }
}
