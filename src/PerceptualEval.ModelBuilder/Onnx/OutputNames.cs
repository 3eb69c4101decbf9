using PerceptualEval.ModelBuilder.Onnx.Proto;

namespace PerceptualEval.ModelBuilder.Onnx;

/// <summary>
/// Lets values be outputs themselves. A graph is built with an Identity before every output; where the value is used within the graph too,
/// as features are, the runtime would copy it.
/// </summary>
internal static class OutputNames
{
    /// <summary>Renames the values that are outputs, and drops the Identity nodes before them. Inputs, weights and values of two outputs keep theirs.</summary>
    public static void Fold(GraphProto graph)
    {
        var produced = graph.Node.SelectMany(node => node.Output).ToHashSet(StringComparer.Ordinal);
        var outputs = graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in graph.Node.Where(node => node.OpType == "Identity" && outputs.Contains(node.Output[0])).ToList())
        {
            var value = node.Input[0];
            if (produced.Contains(value) && !outputs.Contains(value) && renamed.TryAdd(value, node.Output[0]))
            {
                graph.Node.Remove(node);
            }
        }

        Rename(graph, renamed);
    }

    /// <summary>Gives values other names, also within the bodies of nodes, which see the values around them.</summary>
    public static void Rename(GraphProto graph, Dictionary<string, string> names)
    {
        foreach (var node in graph.Node)
        {
            foreach (var list in new[] { node.Input, node.Output })
            {
                for (var i = 0; i < list.Count; i++)
                {
                    list[i] = names.GetValueOrDefault(list[i], list[i]);
                }
            }

            foreach (var body in node.Attribute.Where(attribute => attribute.G is not null))
            {
                Rename(body.G, names);
            }
        }
    }
}
