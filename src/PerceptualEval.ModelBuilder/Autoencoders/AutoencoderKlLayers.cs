using PerceptualEval.ModelBuilder.Onnx;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;

namespace PerceptualEval.ModelBuilder.Autoencoders;

/// <summary>What decoder and encoder of AutoencoderKL share (huggingface/diffusers, <c>models/autoencoders/vae.py</c>); parameters in diffusers' naming.</summary>
internal sealed class AutoencoderKlLayers(GraphBuilder graph, Checkpoint weights, int groups)
{
    // vae.py: resnet_eps, and eps of every GroupNorm.
    private const float Epsilon = 1e-6f;

    /// <summary>A square convolution that keeps height and width.</summary>
    public Value Conv(string name, Value x, int from, int to, int kernel = 3) =>
        graph.Conv(x, weights.Weights(graph, $"{name}.weight", to, from, kernel, kernel), weights.Weights(graph, $"{name}.bias", to), kernel, padding: kernel / 2);

    /// <summary>A 3×3 convolution that halves height and width; padded on the right and at the bottom only.</summary>
    public Value Downsample(string name, Value x, int channels) =>
        graph.Node("Conv",
            [x, weights.Weights(graph, $"{name}.weight", channels, channels, 3, 3), weights.Weights(graph, $"{name}.bias", channels)],
            Layers.Ints("kernel_shape", 3, 3), Layers.Ints("strides", 2, 2), Layers.Ints("pads", 0, 0, 1, 1));

    /// <summary>Doubles height and width, then a convolution.</summary>
    public Value Upsample(string name, Value x, int channels) =>
        graph.UpsampleConv(x, weights.Weights(graph, $"{name}.weight", channels, channels, 3, 3), weights.Weights(graph, $"{name}.bias", channels));

    /// <summary>Group norm, SiLU, convolution.</summary>
    public Value NormConv(string norm, string conv, Value x, int from, int to) => Conv(conv, graph.Silu(Norm(norm, x, from)), from, to);

    /// <summary>Two times norm, SiLU and convolution, with a skip.</summary>
    public Value Resnet(string name, Value x, int from, int to)
    {
        using var scope = graph.Scope(name);
        var y = NormConv($"{name}.norm1", $"{name}.conv1", x, from, to);
        y = NormConv($"{name}.norm2", $"{name}.conv2", y, to, to);
        return graph.Add(from == to ? x : Conv($"{name}.conv_shortcut", x, from, to, kernel: 1), y);
    }

    /// <summary>The block in the middle: a residual block, attention over the whole picture where there is one, and a residual block.</summary>
    public Value Middle(string name, Value x, int channels, bool hasAttention)
    {
        x = Resnet($"{name}.resnets.0", x, channels, channels);
        x = hasAttention ? Attention($"{name}.attentions.0", x, channels) : x;
        return Resnet($"{name}.resnets.1", x, channels, channels);
    }

    // One head over all cells, with a skip. Its linear layers are written as 1×1 convolutions, which they are in ldm.
    private Value Attention(string name, Value x, int channels)
    {
        using var scope = graph.Scope(name);
        var y = Norm($"{name}.group_norm", x, channels);
        var (query, key, value) = (Tokens("to_q"), Tokens("to_k"), Tokens("to_v"));
        var attended = graph.Attention(graph.Transpose(query, 0, 2, 1), key, graph.Transpose(value, 0, 2, 1), channels);
        var picture = graph.Node("Reshape", [graph.Transpose(attended, 0, 2, 1), graph.Node("Shape", [x])]);
        return graph.Add(x, Conv($"{name}.to_out.0", picture, channels, channels, kernel: 1));

        // [N,C,H,W] → [N,C,H·W]
        Value Tokens(string projection) => graph.Reshape(Conv($"{name}.{projection}", y, channels, channels, kernel: 1), 0, 0, -1);
    }

    private Value Norm(string name, Value x, int channels) =>
        graph.GroupNorm(x, weights.Weights(graph, $"{name}.weight", channels), weights.Weights(graph, $"{name}.bias", channels), channels, groups, Epsilon);
}
