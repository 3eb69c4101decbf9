using Google.Protobuf;
using PerceptualEval.ModelBuilder.Onnx.Proto;
using DataType = PerceptualEval.ModelBuilder.Onnx.Proto.TensorProto.Types.DataType;

namespace PerceptualEval.ModelBuilder.Onnx;

/// <summary>Rewrites a graph so that it computes in float16; inputs and outputs stay float32.</summary>
/// <remarks>
/// Convolutions and matrix products take float16 and give float16, and what follows them keeps it. Sums, means and variances stay as they are:
/// a variance beyond 65504 would divide by infinity and leave a zero that nobody notices. An infinity elsewhere reaches the output, through the
/// other channels if a ReLU stops it in one.
/// </remarks>
internal sealed class HalfPrecision
{
    // They begin float16.
    private static readonly HashSet<string> Products = ["Conv", "MatMul"];

    // They go on with it.
    private static readonly HashSet<string> Followers =
    [
        "Add", "Concat", "DepthToSpace", "Expand", "Identity", "MaxPool", "Mul", "Pad", "Relu", "Reshape", "Resize", "Sigmoid", "Slice", "Softmax", "Tanh", "Transpose",
        "Unsqueeze",
    ];

    // It computes in float32 and gives float16 back: what is behind it is as large as what is before it.
    private const string Normalisation = "BatchNormalization";

    private readonly GraphProto _source;
    private readonly GraphProto _result;
    private readonly HalfPrecision? _outer;
    private readonly Dictionary<string, DataType> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, DataType Type), string> _casts = [];
    private readonly Dictionary<string, TensorProto> _weights;
    private readonly Dictionary<string, byte[]?> _halves = new(StringComparer.Ordinal);

    private HalfPrecision(GraphProto source, HalfPrecision? outer = null)
    {
        (_source, _outer) = (source, outer);
        _result = new GraphProto { Name = source.Name };
        _weights = source.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>The graph in float16.</summary>
    /// <param name="graph">A graph in float32, its nodes in the order in which they run; not changed.</param>
    /// <returns>A new graph of the same inputs and outputs.</returns>
    public static GraphProto Of(GraphProto graph)
    {
        var half = new HalfPrecision(graph);
        half.Declare();
        half.Convert();
        half.KeepOutputs();
        half.KeepWeights();
        return half._result;
    }

    private void Declare()
    {
        foreach (var input in _source.Input)
        {
            _result.Input.Add(input.Clone());
            _types[input.Name] = (DataType)input.Type.TensorType.ElemType;
        }

        foreach (var tensor in _source.Initializer)
        {
            _types[tensor.Name] = (DataType)tensor.DataType;
        }
    }

    private void Convert()
    {
        foreach (var original in _source.Node)
        {
            var node = original.Clone();
            if (node.OpType == "Scan")
            {
                ConvertBody(node);
                continue;
            }

            var takesHalf = node.Input.Any(input => TypeOf(input) == DataType.Float16);
            var computesHalf = (Products.Contains(node.OpType) || (Followers.Contains(node.OpType) && takesHalf)) && node.Input.All(FitsHalf);
            var data = node.OpType == "Resize" ? 1 : node.Input.Count; // its scales are float32 in any case
            for (var i = 0; i < data; i++)
            {
                node.Input[i] = (computesHalf, TypeOf(node.Input[i])) switch
                {
                    (true, DataType.Float) => As(node.Input[i], DataType.Float16),
                    (false, DataType.Float16) when node.OpType != "Cast" && node.OpType != "Shape" => As(node.Input[i], DataType.Float),
                    _ => node.Input[i],
                };
            }

            Add(node, TypeOfResult(node, computesHalf));
            if (takesHalf && node.OpType == Normalisation)
            {
                Narrow(node);
            }
        }
    }

    // A Scan's slices and results have the type of what it scans.
    private void ConvertBody(NodeProto node)
    {
        var attribute = node.Attribute.Single(attribute => attribute.G is not null);
        var body = new HalfPrecision(attribute.G, this);
        body.Declare();
        for (var i = 0; i < node.Input.Count; i++)
        {
            var type = TypeOf(node.Input[i]);
            body._types[attribute.G.Input[i].Name] = type;
            body._result.Input[i].Type.TensorType.ElemType = (int)type;
        }

        body.Convert();
        foreach (var output in attribute.G.Output)
        {
            var declared = output.Clone();
            declared.Type.TensorType.ElemType = (int)body.TypeOf(output.Name);
            body._result.Output.Add(declared);
        }

        body.KeepWeights();
        attribute.G = body._result;
        Add(node, body.TypeOf(attribute.G.Output[0].Name));
    }

    // The results of a graph are float32: one that is not gets another name, and a cast gets its.
    private void KeepOutputs()
    {
        foreach (var output in _source.Output)
        {
            _result.Output.Add(output.Clone());
            if (TypeOf(output.Name) != DataType.Float16)
            {
                continue;
            }

            var inner = $"{output.Name}.half";
            OutputNames.Rename(_result, new Dictionary<string, string> { [output.Name] = inner });
            _result.Node.Add(Cast(inner, output.Name, DataType.Float));
        }
    }

    // Only those that are still read; the others were rounded.
    private void KeepWeights()
    {
        var used = Used(_result).ToHashSet(StringComparer.Ordinal);
        _result.Initializer.AddRange(_source.Initializer.Where(tensor => used.Contains(tensor.Name)));
    }

    private static IEnumerable<string> Used(GraphProto graph) => graph.Node.SelectMany(node =>
        node.Input.Concat(node.Attribute.Where(attribute => attribute.G is not null).SelectMany(attribute => Used(attribute.G))));

    // The result of a node gets a name of its own, and its rounding to float16 the name by which others know it.
    private void Narrow(NodeProto node)
    {
        var name = node.Output[0];
        node.Output[0] = $"{name}.wide";
        _types[node.Output[0]] = DataType.Float;
        _casts[(name, DataType.Float)] = node.Output[0];
        Add(Cast(node.Output[0], name, DataType.Float16), DataType.Float16);
    }

    private void Add(NodeProto node, DataType type)
    {
        _result.Node.Add(node);
        foreach (var output in node.Output)
        {
            _types[output] = type;
        }
    }

    private DataType TypeOfResult(NodeProto node, bool computesHalf) => node.OpType switch
    {
        "Shape" => DataType.Int64,
        "Cast" => (DataType)node.Attribute.Single(attribute => attribute.Name == "to").I,
        _ when computesHalf => DataType.Float16,
        _ => TypeOf(node.Input[0]),
    };

    // Empty names are inputs left out.
    private DataType TypeOf(string name) => name.Length == 0 ? DataType.Undefined
        : _types.TryGetValue(name, out var type) ? type
        : _outer?.TypeOf(name) ?? throw new InvalidOperationException($"value '{name}' is read before it is made.");

    // A value in another type: a weight rounded once, anything else by a node, made at its first use.
    private string As(string name, DataType type)
    {
        if (_casts.TryGetValue((name, type), out var known))
        {
            return known;
        }

        var converted = type == DataType.Float16 ? $"{name}.half" : $"{name}.wide";
        if (type == DataType.Float16 && IsFloatWeight(name))
        {
            var rounded = new TensorProto { Name = converted, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(HalvesOf(name)) };
            rounded.Dims.AddRange(_weights[name].Dims);
            _result.Initializer.Add(rounded);
            _types[converted] = type;
        }
        else
        {
            Add(Cast(name, converted, type), type);
        }

        return _casts[(name, type)] = converted;
    }

    private static NodeProto Cast(string from, string to, DataType type) =>
        new() { OpType = "Cast", Name = $"cast.{to}", Input = { from }, Output = { to }, Attribute = { Layers.Int("to", (int)type) } };

    private bool FitsHalf(string name) => TypeOf(name) is not DataType.Double && (!IsFloatWeight(name) || HalvesOf(name) is not null);

    private bool IsFloatWeight(string name) => _weights.TryGetValue(name, out var tensor) && tensor.DataType == (int)DataType.Float;

    // Null where a value is beyond float16's range.
    private byte[]? HalvesOf(string weight)
    {
        if (!_halves.TryGetValue(weight, out var halves))
        {
            _halves.Add(weight, halves = GraphBuilder.ToFloat16(_weights[weight].RawData.Span));
        }

        return halves;
    }
}
