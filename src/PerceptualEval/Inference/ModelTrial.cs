using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference;

/// <summary>Runs a model on a small input that a formula makes, so that one run can be compared with another.</summary>
public static class ModelTrial
{
    // Large enough for every level of every network, small enough for a full-size VAE to take about a second.
    private const int LatentSide = 8;
    private const int ImageSide = 64;
    private const int LatentFrames = 2;
    private const int Samples = 14;

    /// <summary>Runs a model on the CPU, where results do not depend on what else the machine has.</summary>
    /// <param name="model">The model.</param>
    /// <returns>A digest of its output.</returns>
    /// <exception cref="ModelException">The model's files are not what its manifest says.</exception>
    /// <exception cref="InferenceException">The runtime does not take the model, or failed.</exception>
    public static RecordedOutput Run(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var options = new ExecutionOptions(ExecutionDevice.Cpu);
        var values = model.Manifest.Kind switch
        {
            ModelKind.Decoder => Decode(model, options),
            ModelKind.Encoder => Encode(model, options),
            _ => Compare(model, options),
        };
        return new RecordedOutput(InferenceRuntime.Version, values);
    }

    private static double[] Decode(Model model, ExecutionOptions options)
    {
        using var decoder = new LatentDecoder(model, options);
        var space = decoder.LatentSpace;
        using var latents = Wave(1, space.TemporalFactor > 1
            ? new TensorShape(1, space.Channels, LatentFrames, LatentSide, LatentSide)
            : new TensorShape(1, space.Channels, LatentSide, LatentSide));
        using var images = decoder.Decode(latents);
        return Digest(images.Span);
    }

    private static double[] Encode(Model model, ExecutionOptions options)
    {
        using var encoder = new ImageEncoder(model, options);
        var side = SideOf(model, encoder.LatentSpace.SpatialFactor);
        using var images = Wave(1, new TensorShape(1, 3, side, side));
        using var latents = encoder.Encode(images);
        return Digest(latents.Span);
    }

    private static double[] Compare(Model model, ExecutionOptions options)
    {
        using var network = new PerceptualNetwork(model, options);
        var side = SideOf(model, multipleOf: 1);
        using var first = Wave(1, new TensorShape(1, 3, side, side));
        using var second = Wave(2, new TensorShape(1, 3, side, side));
        using var a = network.Features(first);
        using var b = network.Features(second);
        var distance = network.Distance(a, b)[0];
        if (!model.Manifest.Graphs.ContainsKey("map"))
        {
            return [distance.Total, .. distance.Layers];
        }

        using var map = network.SpatialMap(a, b);
        return [distance.Total, .. distance.Layers, Mean(map.Span)];
    }

    private static int SideOf(Model model, int multipleOf)
    {
        var side = Math.Max(ImageSide, model.Manifest.MinimumImageSize);
        return (side + multipleOf - 1) / multipleOf * multipleOf;
    }

    // Values in [-1,1]: half a slow wave, half one that never repeats, so that every level of a network has something to answer to.
    private static TensorBuffer Wave(int frequency, TensorShape shape)
    {
        const double GoldenAngle = 2.399963229728653;
        const double Slow = 0.05;
        var wave = new TensorBuffer(shape);
        for (var i = 0; i < wave.Span.Length; i++)
        {
            wave.Span[i] = (float)((Math.Sin(Slow * frequency * i) + Math.Sin(GoldenAngle * frequency * i)) / 2);
        }

        return wave;
    }

    private static double[] Digest(ReadOnlySpan<float> output)
    {
        var squares = 0.0;
        foreach (var value in output)
        {
            squares += (double)value * value;
        }

        var digest = new double[2 + Samples];
        (digest[0], digest[1]) = (Mean(output), Math.Sqrt(squares / output.Length));
        for (var i = 0; i < Samples; i++)
        {
            digest[2 + i] = output[(int)((long)i * (output.Length - 1) / (Samples - 1))];
        }

        return digest;
    }

    private static double Mean(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }
}
