using System.Runtime.InteropServices;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;
using static PerceptualEval.ModelBuilder.Onnx.Layers;

namespace PerceptualEval.ModelBuilder.Decoders;

/// <summary>
/// The layers of the CogVideoX decoder (diffusers, <c>autoencoder_kl_cogvideox.py</c>); features are [N,C,T,H,W]. Every layer knows
/// the latent, which its normalisation is conditioned on, and collects the caches of the causal convolutions.
/// </summary>
internal sealed class CogVideoXLayers(GraphBuilder graph, Checkpoint weights, CogVideoXConfig config, Value latent)
{
    private const int Frames = 2;

    // CogVideoXSpatialNorm3D has this one whatever the configuration's norm_eps says.
    private const float Epsilon = 1e-6f;

    private readonly List<FrameCache> _caches = [];

    // 1 for an odd number of latent frames, and then of every level's: its first frame is never doubled.
    private readonly Value _firstDoubled = graph.Node("Mod", [SizeOf(graph, latent, Frames), graph.Integers(2)]);

    /// <summary>The caches of the convolutions so far, in the order of their making.</summary>
    public IReadOnlyList<FrameCache> Caches => _caches;

    /// <summary>
    /// A 3×3×3 convolution that sees the two frames before each frame and none after. Before the first frame of a clip, that frame
    /// stands in; before the first of a later batch, the cache's.
    /// </summary>
    /// <param name="name">The convolution's name in the checkpoint, without <c>.conv</c>.</param>
    /// <param name="x">[N,from,T,H,W].</param>
    /// <param name="from">Input channels.</param>
    /// <param name="to">Output channels.</param>
    /// <param name="scale">How many times larger than the latent the frames are, along each side.</param>
    public Value CausalConv(string name, Value x, int from, int to, int scale)
    {
        string[] dimensions = ["N", $"{from}", "F", $"h{scale}", $"w{scale}"];
        var cache = new FrameCache($"cache{_caches.Count}", from, scale);
        _caches.Add(cache);

        // A clip's first run brings a cache without frames: the last two of these three or five frames are right in both cases.
        var first = graph.Slice(x, Frames, 0, 1);
        var before = LastTwo(graph.Concat(Frames, first, first, graph.Input(cache.Name, dimensions)));
        var padded = graph.Concat(Frames, before, x);
        dimensions[Frames] = "2";
        graph.Output(FrameBatching.NextPrefix + cache.Name, LastTwo(padded), dimensions);
        return graph.Conv3D(padded,
            weights.Weights(graph, $"{name}.conv.weight", to, from, 3, 3, 3), weights.Weights(graph, $"{name}.conv.bias", to), [3, 3, 3], [0, 1, 1]);
    }

    /// <summary>Two normalised convolutions with a skip.</summary>
    public Value Block(string name, Value x, int from, int to, int level)
    {
        using var scope = graph.Scope(name["decoder.".Length..]);
        var scale = 1 << level;
        var y = CausalConv($"{name}.conv1", SiLU(Norm($"{name}.norm1", x, from, level)), from, to, scale);
        y = CausalConv($"{name}.conv2", SiLU(Norm($"{name}.norm2", y, to, level)), to, to, scale);
        return graph.Add(y, from == to ? x : Pointwise($"{name}.conv_shortcut", x, from, to));
    }

    /// <summary>Group normalisation whose gain and offset per value are convolutions of the latent.</summary>
    /// <remarks>
    /// Those convolutions are pointwise, so they commute with the enlarging of the latent: they run at the latent's size, where they
    /// also take in the normalisation's own weight and bias (at build time) and the inverse deviation.
    /// </remarks>
    /// <param name="name">The normalisation's name in the checkpoint.</param>
    /// <param name="x">[N,channels,T,H,W].</param>
    /// <param name="channels">C.</param>
    /// <param name="level">How often the frames were doubled from the latent's size.</param>
    public Value Norm(string name, Value x, int channels, int level)
    {
        using var scope = graph.Scope(name["decoder.".Length..]);
        var (gain, offset) = Conditioning(name, channels);
        var centred = graph.Subtract(x, PerChannel(GroupMean(x), channels));
        var squares = graph.Node("ReduceSumSquare", [centred, graph.Integers(4)], Int("keepdims", 0));
        var width = graph.Cast(SizeOf(graph, x, 4), Onnx.Proto.TensorProto.Types.DataType.Float);
        var variance = graph.Divide(MeanOfGroups(squares), width);
        var deviation = graph.Sqrt(graph.Add(variance, graph.Constant(Epsilon)));
        gain = graph.Divide(gain, PerChannel(deviation, channels));

        // [N,C,T,H,W] as [N,C,T,h,s,W]: what is the same in s rows is never enlarged to the frames' size.
        var scale = 1L << level;
        var rows = graph.Node("Reshape", [centred, graph.Concat(0, graph.Integers(0, 0, 0, -1, scale), SizeOf(graph, x, 4))]);
        var normal = graph.Add(graph.Multiply(rows, Rows(gain, level)), Rows(offset, level));
        return graph.Node("Reshape", [normal, graph.Node("Shape", [x])]);
    }

    /// <summary>Doubles height and width, and at the first levels the frames, by repetition; then a 3×3 convolution of each frame.</summary>
    public Value Upsample(string name, Value x, int channels, bool doubleFrames)
    {
        using var scope = graph.Scope(name["decoder.".Length..]);
        x = DoubleSides(doubleFrames ? DoubleFrames(x) : x);
        return graph.Conv3D(x, Reshaped($"{name}.conv.weight", [channels, channels, 3, 3], [channels, channels, 1, 3, 3]),
            weights.Weights(graph, $"{name}.conv.bias", channels), [1, 3, 3], [0, 1, 1]);
    }

    public Value SiLU(Value x) => graph.Multiply(x, graph.Node("Sigmoid", [x]));

    private Value Pointwise(string name, Value x, int from, int to) =>
        graph.Conv3D(x, weights.Weights(graph, $"{name}.weight", to, from, 1, 1, 1), weights.Weights(graph, $"{name}.bias", to), [1, 1, 1], [0, 0, 0]);

    // norm(x)·γ + β, times conv_y(z), plus conv_b(z) = norm(x)·(γ·conv_y)(z) + (β·conv_y + conv_b)(z).
    private (Value Gain, Value Offset) Conditioning(string name, int channels)
    {
        var inputs = config.LatentChannels;
        var gamma = weights.Values($"{name}.norm_layer.weight", channels);
        var beta = weights.Values($"{name}.norm_layer.bias", channels);
        var (gain, gainBias) = PointwiseWeights($"{name}.conv_y", channels);
        var (offset, offsetBias) = PointwiseWeights($"{name}.conv_b", channels);
        for (var channel = 0; channel < channels; channel++)
        {
            for (var i = channel * inputs; i < (channel + 1) * inputs; i++)
            {
                offset[i] += beta[channel] * gain[i];
                gain[i] *= gamma[channel];
            }

            offsetBias[channel] += beta[channel] * gainBias[channel];
            gainBias[channel] *= gamma[channel];
        }

        return (Fixed("gain", gain, gainBias), Fixed("offset", offset, offsetBias));

        Value Fixed(string part, float[] weight, float[] bias) => graph.Conv3D(latent,
            graph.Weights($"{name}.{part}.weight", [channels, inputs, 1, 1, 1], MemoryMarshal.AsBytes<float>(weight).ToArray()),
            graph.Weights($"{name}.{part}.bias", [channels], MemoryMarshal.AsBytes<float>(bias).ToArray()), [1, 1, 1], [0, 0, 0]);
    }

    private (float[] Weight, float[] Bias) PointwiseWeights(string name, int channels) =>
        (weights.Values($"{name}.conv.weight", channels, config.LatentChannels, 1, 1, 1), weights.Values($"{name}.conv.bias", channels));

    private Value Reshaped(string name, ReadOnlySpan<long> stored, ReadOnlySpan<long> shape) =>
        graph.Weights(name, shape, MemoryMarshal.AsBytes<float>(weights.Values(name, stored)).ToArray());

    // Row by row and then over the rows: a float sum over a whole group of full-size frames would lose the digits that are promised.
    private Value GroupMean(Value x) => MeanOfGroups(graph.Mean(x, keepDimensions: false, 4));

    // [N,C,T,H] → [N,groups,1].
    private Value MeanOfGroups(Value rows) => graph.Mean(graph.Reshape(rows, 0, config.NormGroups, -1), keepDimensions: true, 2);

    // [N,groups,1] → [N,C,1,1,1].
    private Value PerChannel(Value groups, int channels) =>
        graph.Reshape(graph.Node("Expand", [groups, graph.Integers(1, 1, channels / config.NormGroups)]), 0, channels, 1, 1, 1);

    // [N,C,t,h,w] of the latent's size → [N,C,T,h,1,W].
    private Value Rows(Value x, int level)
    {
        for (var i = 0; i < Math.Min(level, config.TemporalLevels); i++)
        {
            x = DoubleFrames(x);
        }

        var cells = graph.Node("Expand", [graph.Node("Unsqueeze", [x, graph.Integers(5)]), graph.Integers(1, 1, 1, 1, 1, 1L << level)]);
        return graph.Reshape(graph.Node("Unsqueeze", [cells, graph.Integers(4)]), 0, 0, 0, 0, 1, -1);
    }

    // Every frame twice, but the first of an odd number once.
    private Value DoubleFrames(Value x)
    {
        var pair = graph.Node("Unsqueeze", [x, graph.Integers(Frames + 1)]);
        var doubled = graph.Node("Reshape", [graph.Concat(Frames + 1, pair, pair), ScaledShape(x, 1, 1, 2, 1, 1)]);
        return graph.Node("Slice", [doubled, _firstDoubled, graph.Integers(long.MaxValue), graph.Integers(Frames)]);
    }

    // Frames stacked into one tall picture: the runtime's fast path for nearest neighbours takes four dimensions.
    private Value DoubleSides(Value x)
    {
        var stacked = graph.Node("Reshape", [x, graph.Concat(0, graph.Integers(0, 0, -1), SizeOf(graph, x, 4))]);
        return graph.Node("Reshape", [graph.UpsampleNearest2x(stacked), ScaledShape(x, 1, 1, 1, 2, 2)]);
    }

    private Value ScaledShape(Value x, params ReadOnlySpan<long> factors) => graph.Multiply(graph.Node("Shape", [x]), graph.Integers(factors));

    private Value LastTwo(Value x) => graph.Slice(x, Frames, -2, long.MaxValue);

    private static Value SizeOf(GraphBuilder graph, Value x, int axis) => graph.Node("Shape", [x], Int("start", axis), Int("end", axis + 1));
}
