using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using PerceptualEval.Models;

namespace PerceptualEval.Inference;

/// <summary>The inputs and outputs of a graph, to be checked against what the model's manifest promises.</summary>
/// <param name="model">The model, for messages.</param>
/// <param name="graphPath">The ONNX file, for messages.</param>
/// <param name="session">The graph.</param>
internal sealed class GraphSignature(Model model, string graphPath, InferenceSession session)
{
    /// <summary>Checks an input.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The expected dimensions; −1 where any length will do.</param>
    /// <exception cref="ModelException">There is none of that name, or it has another type or shape.</exception>
    public void ExpectInput(string name, params ReadOnlySpan<int> shape) => Expect("input", session.InputMetadata, name, shape);

    /// <summary>Checks an output.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The expected dimensions; −1 where any length will do.</param>
    /// <exception cref="ModelException">There is none of that name, or it has another type or shape.</exception>
    public void ExpectOutput(string name, params ReadOnlySpan<int> shape) => Expect("output", session.OutputMetadata, name, shape);

    /// <summary>The name of the one output of a graph that has no other.</summary>
    /// <exception cref="ModelException">There are several, or it is not of float32.</exception>
    public string SoleOutput() =>
        session.OutputMetadata.Count == 1 && session.OutputMetadata.Single() is { Value.ElementDataType: TensorElementType.Float } output
            ? output.Key
            : throw new ModelException(
                $"model '{model.Name}': graph '{graphPath}' has the outputs {string.Join(", ", session.OutputMetadata.Select(found => $"'{found.Key}' ({found.Value.ElementDataType})"))}; expected one, of Float.");

    private void Expect(string word, IReadOnlyDictionary<string, NodeMetadata> found, string name, ReadOnlySpan<int> shape)
    {
        if (!found.TryGetValue(name, out var node))
        {
            throw new ModelException($"model '{model.Name}': graph '{graphPath}' has no {word} '{name}', only {string.Join(", ", found.Keys)}.");
        }

        var fits = node.ElementDataType == TensorElementType.Float && node.Dimensions.Length == shape.Length;
        for (var i = 0; fits && i < shape.Length; i++)
        {
            fits = shape[i] < 0 || node.Dimensions[i] < 0 || node.Dimensions[i] == shape[i];
        }

        if (!fits)
        {
            throw new ModelException(
                $"model '{model.Name}': {word} '{name}' of graph '{graphPath}' is {node.ElementDataType} {Describe(node.Dimensions)}; its manifest means Float {Describe(shape)}.");
        }
    }

    private static string Describe(ReadOnlySpan<int> dimensions)
    {
        var parts = new string[dimensions.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = dimensions[i] < 0 ? "*" : dimensions[i].ToString(CultureInfo.InvariantCulture);
        }

        return $"[{string.Join(',', parts)}]";
    }
}
