using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using PerceptualEval.Models;
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
    private readonly DistanceGraph _distance;
    private readonly Lazy<OrtSession> _map;
    private readonly FeatureDistance? _onCpu;
    private readonly string[] _featureNames;

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
        _featureNames = [.. Enumerable.Range(0, FeatureChannels.Count).Select(layer => $"f{layer}")];
        _map = new(() => OrtSession.Load(model, "map", options, _ => { }));
        _distance = new DistanceGraph(model, FeatureChannels, options);
        Precision = options.Precision == ComputePrecision.Float32 || Device.CudaDevice is null ? ComputePrecision.Float32 : ComputePrecision.Tf32;
        try
        {
            _features = isPairwise ? null : OrtSession.Load(model, "features", options, CheckFeatures);
            _onCpu = Device == ExecutionDevice.Cpu && model.Manifest.Graphs.ContainsKey(HeadsRole)
                ? new FeatureDistance(FeatureHeads.Read(model, FeatureChannels), options.ThreadCount)
                : null;
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
    public ExecutionDevice Device => _distance.Device;

    /// <summary>How precisely it computes: under <see cref="ComputePrecision.Float16"/>, in TF32 on CUDA and in float32 elsewhere.</summary>
    public ComputePrecision Precision { get; }

    /// <summary>Computes the features of images.</summary>
    /// <param name="imagesNchw">[N,3,H,W], nominally in [-1,1]; H and W at least the network's minimum.</param>
    /// <returns>Features that the caller owns.</returns>
    /// <exception cref="ArgumentException">The shape is not [N,3,H,W], or the images are too small.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public PerceptualFeatures Features(TensorBuffer imagesNchw) => Features(imagesNchw, toHost: false);

    /// <summary>The same; where <paramref name="toHost"/> is true, the features end up in the host's memory on any device.</summary>
    internal PerceptualFeatures Features(TensorBuffer imagesNchw, bool toHost)
    {
        ArgumentNullException.ThrowIfNull(imagesNchw);
        RequireImages(imagesNchw.Shape);
        if (_features is null)
        {
            return new PerceptualFeatures([Copy(imagesNchw)], imagesNchw.Shape);
        }

        using var images = OrtSession.Wrap(imagesNchw);
        return Features(images, imagesNchw.Shape, toHost);
    }

    /// <summary>The same of images in [-1,1] that are on the network's device; not for pairwise models.</summary>
    internal PerceptualFeatures Features(OrtValue images, TensorShape shape, bool toHost)
    {
        RequireImages(shape);
        return new PerceptualFeatures(_features!.Run([("image", images)], _featureNames, toHost), shape);
    }

    /// <summary>Compares two sets of features, pair by pair.</summary>
    /// <param name="a">Features of N images.</param>
    /// <param name="b">Features of N images of the same size.</param>
    /// <returns>One distance per pair, lower is closer.</returns>
    /// <exception cref="ArgumentException">The two sets are of images of different shapes.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public IReadOnlyList<PerceptualDistance> Distance(PerceptualFeatures a, PerceptualFeatures b)
    {
        RequireSameImages(a, b);
        return _onCpu is null || a.IsBeyondSpans
            ? _distance.Compare(a, b)
            : Array.ConvertAll(_onCpu.Compare(a.Values, b.Values), layers => new PerceptualDistance(layers.Sum(), layers));
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
        RequireSameImages(a, b);
        var image = a.ImageShape;
        using var size = OrtValue.CreateTensorValueFromMemory(new[] { image[2], image[3] }, [2]);
        using var outputs = _map.Value.Run([.. _distance.Inputs(a, b), ("size", size)], ["map"], toHost: true);
        return TensorBuffer.CopyOf(new TensorShape(image[0], 1, image[2], image[3]), outputs[0].GetTensorDataAsSpan<float>());
    }

    /// <summary>Frees the native sessions.</summary>
    public void Dispose()
    {
        _features?.Dispose();
        _distance.Dispose();
        if (_map.IsValueCreated)
        {
            _map.Value.Dispose();
        }
    }

    private void CheckFeatures(GraphSignature graph)
    {
        graph.ExpectInput("image", -1, 3, -1, -1);
        for (var layer = 0; layer < FeatureChannels.Count; layer++)
        {
            graph.ExpectOutput(_featureNames[layer], -1, FeatureChannels[layer], -1, -1);
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

    private static void RequireSameImages(PerceptualFeatures a, PerceptualFeatures b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.ImageShape != b.ImageShape)
        {
            throw new ArgumentException($"features of images of shapes {a.ImageShape} and {b.ImageShape}; they must be the same. Resize the images first.");
        }
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
