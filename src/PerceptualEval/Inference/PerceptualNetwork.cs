using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference;

/// <summary>
/// A frozen LPIPS network in two steps, so that an image's features are computed once and compared as often as needed.
/// Loaded once, shared; safe for concurrent use.
/// </summary>
/// <remarks>
/// Follows richzhang/PerceptualSimilarity: features divided by their norm + 1e-10 (outside the root), inputs in [-1,1]. Someone else's
/// export from two images to one value (<see cref="ModelKind.Pairwise"/>) is taken as well: an image is its own feature, and there are no layers.
/// </remarks>
public sealed class PerceptualNetwork : IDisposable
{
    /// <summary>
    /// The role, among a manifest's graphs, of the file that holds the weights of each layer's channels, one layer after the other, as an
    /// array of float32 (.npy). A model that has it promises that its distance graph is that of LPIPS, which the CPU computes faster without it.
    /// </summary>
    public const string HeadsRole = "heads";

    private readonly OrtSession? _features;
    private readonly Lazy<OrtSession> _distance;
    private readonly Lazy<OrtSession> _map;
    private readonly FeatureDistance? _onCpu;
    private readonly string[] _featureNames;
    private readonly string[] _namesOfA;
    private readonly string[] _namesOfB;
    private readonly string[] _outputs;

    /// <summary>Loads an LPIPS model.</summary>
    /// <param name="model">A model of kind <see cref="ModelKind.Lpips"/> or <see cref="ModelKind.Pairwise"/>.</param>
    /// <param name="options">Where to run it; null for the default.</param>
    /// <exception cref="ModelException">The model is not LPIPS, or its files are not what the manifest says.</exception>
    /// <exception cref="DeviceException">The device asked for can't be used.</exception>
    /// <exception cref="InferenceException">The runtime does not take a graph.</exception>
    public PerceptualNetwork(Model model, ExecutionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= ExecutionOptions.Default;
        Model = model;
        var isPairwise = model.Manifest.Kind == ModelKind.Pairwise;
        FeatureChannels = isPairwise ? [] : model.Manifest.FeatureChannels
            ?? throw new ModelException($"model '{model.Name}' ({model.Folder}): its manifest has no feature channels. Rebuild the model.");
        _featureNames = Names("f");
        (_namesOfA, _namesOfB) = !isPairwise ? (Names("a"), Names("b"))
            : model.Manifest.Inputs is [var a, var b] ? ([a], [b])
            : (["a"], ["b"]);
        var distanceGraph = model.VerifiedGraph(isPairwise ? "pairwise" : "distance");
        _distance = new(() => LoadDistance(distanceGraph, options));
        _map = new(() => new OrtSession(model.VerifiedGraph("map"), options));
        try
        {
            _features = isPairwise ? null : LoadFeatures(options);
            _outputs = isPairwise ? [_distance.Value.SoleOutput(model)] : ["distance", "layers"];
            if (_features?.Device == ExecutionDevice.Cpu && model.Manifest.Graphs.ContainsKey(HeadsRole))
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

    /// <summary>The channels of each layer; empty for a pairwise model.</summary>
    public IReadOnlyList<int> FeatureChannels { get; }

    /// <summary>Where the network runs; never auto.</summary>
    public ExecutionDevice Device => (_features ?? _distance.Value).Device;

    /// <summary>Computes the features of images.</summary>
    /// <param name="imagesNchw">[N,3,H,W], nominally in [-1,1]; H and W at least the network's minimum.</param>
    /// <returns>Features that the caller owns.</returns>
    /// <exception cref="ArgumentException">The shape is not [N,3,H,W], or the images are too small.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public PerceptualFeatures Features(TensorBuffer imagesNchw)
    {
        ArgumentNullException.ThrowIfNull(imagesNchw);
        RequireImages(imagesNchw.Shape);
        if (_features is null)
        {
            return new PerceptualFeatures([Copy(imagesNchw)], imagesNchw.Shape);
        }

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
            : DistanceByGraph(inputs, a.ImageShape[0]);
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
        _features?.Dispose();
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

    private PerceptualDistance[] DistanceByGraph(List<(string Name, OrtValue Value)> inputs, long pairs)
    {
        using var outputs = _distance.Value.Run(inputs, _outputs, toHost: true);
        var totals = outputs[0].GetTensorDataAsSpan<float>();
        if (totals.Length != pairs)
        {
            throw new InferenceException($"model '{Model.Name}' ({Model.Folder}) gives {totals.Length} values for {pairs} pairs; expected one a pair. Use --batch 1, or export it with a dynamic batch.");
        }

        var layers = outputs.Count > 1 ? outputs[1].GetTensorDataAsSpan<float>() : [];
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

    private OrtSession LoadFeatures(ExecutionOptions options)
    {
        var session = new OrtSession(Model.VerifiedGraph("features"), options);
        return Checked(session, () =>
        {
            session.Expect(Model, isInput: true, "image", -1, 3, -1, -1);
            for (var layer = 0; layer < FeatureChannels.Count; layer++)
            {
                session.Expect(Model, isInput: false, $"f{layer}", -1, FeatureChannels[layer], -1, -1);
            }
        });
    }

    private OrtSession LoadDistance(string graph, ExecutionOptions options)
    {
        var session = new OrtSession(graph, options);
        return Checked(session, () =>
        {
            if (Model.Manifest.Kind == ModelKind.Pairwise)
            {
                session.Expect(Model, isInput: true, _namesOfA[0], -1, 3, -1, -1);
                session.Expect(Model, isInput: true, _namesOfB[0], -1, 3, -1, -1);
                return;
            }

            session.Expect(Model, isInput: false, "distance", -1);
            session.Expect(Model, isInput: false, "layers", -1, FeatureChannels.Count);
            for (var layer = 0; layer < FeatureChannels.Count; layer++)
            {
                session.Expect(Model, isInput: true, _namesOfA[layer], -1, FeatureChannels[layer], -1, -1);
                session.Expect(Model, isInput: true, _namesOfB[layer], -1, FeatureChannels[layer], -1, -1);
            }
        });
    }

    private static OrtSession Checked(OrtSession session, Action check)
    {
        try
        {
            check();
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

        var inputs = new List<(string, OrtValue)>(2 * _namesOfA.Length);
        for (var layer = 0; layer < _namesOfA.Length; layer++)
        {
            inputs.Add((_namesOfA[layer], a.Values[layer]));
            inputs.Add((_namesOfB[layer], b.Values[layer]));
        }

        return inputs;
    }

    // The images as the pairwise graph takes them, in memory that lives as long as the features.
    private OrtValue Copy(TensorBuffer imagesNchw)
    {
        var copy = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, imagesNchw.Shape.ToArray());
        var pixels = copy.GetTensorMutableDataAsSpan<float>();
        imagesNchw.Span.CopyTo(pixels);
        ImageRange.FromSigned(pixels, Model.Manifest);
        return copy;
    }
}
