using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Google.Protobuf;
using PerceptualEval.ModelBuilder.Onnx.Proto;

namespace PerceptualEval.ModelBuilder.Onnx;

/// <summary>
/// Writes an ONNX graph node by node. Names are made from the scope and the operator, so the same calls give the same bytes,
/// whatever the checkpoint called its tensors. The operators that networks are made of are in <see cref="Layers"/>.
/// </summary>
internal sealed class GraphBuilder
{
    private readonly GraphProto _graph;
    private readonly Dictionary<string, int> _usedNames;
    private readonly Dictionary<string, Value> _constants = [];
    private readonly WeightStorage _storage;
    private string _scope = string.Empty;

    /// <summary>Starts a graph.</summary>
    /// <param name="graphName">The graph's name.</param>
    /// <param name="storage">How weights are stored.</param>
    public GraphBuilder(string graphName, WeightStorage storage = WeightStorage.Float32)
    {
        _graph = new GraphProto { Name = graphName };
        _usedNames = [];
        _storage = storage;
    }

    // The graph inside a node: it sees the outer graph's values, so names are unique over both.
    private GraphBuilder(GraphBuilder outer, string graphName)
    {
        _graph = new GraphProto { Name = graphName };
        _usedNames = outer._usedNames;
        _storage = outer._storage;
        _scope = outer._scope;
    }

    /// <summary>A tensor of the graph, by name.</summary>
    public readonly record struct Value(string Name);

    /// <summary>Prefixes the names made until the result is disposed.</summary>
    public IDisposable Scope(string name)
    {
        var outer = _scope;
        _scope = outer.Length == 0 ? name : $"{outer}.{name}";
        return new ScopeEnd(this, outer);
    }

    /// <summary>Declares an input. A dimension that is not a number is dynamic, known by its name.</summary>
    public Value Input(string name, params ReadOnlySpan<string> dimensions) => Input(name, TensorProto.Types.DataType.Float, dimensions);

    /// <summary>Declares an input of another type than float.</summary>
    public Value Input(string name, TensorProto.Types.DataType type, params ReadOnlySpan<string> dimensions)
    {
        _graph.Input.Add(Describe(name, type, dimensions));
        return new Value(name);
    }

    /// <summary>Declares a value as an output under a name of its own.</summary>
    public void Output(string name, Value value, params ReadOnlySpan<string> dimensions)
    {
        _graph.Node.Add(new NodeProto { OpType = "Identity", Name = $"output.{name}", Input = { value.Name }, Output = { name } });
        _graph.Output.Add(Describe(name, TensorProto.Types.DataType.Float, dimensions));
    }

    /// <summary>
    /// Adds weights: little-endian float32 bytes, taken over without a copy. Under <see cref="WeightStorage.Float16"/>, matrices and kernels
    /// are stored as float16 and cast back; vectors, and what does not fit float16, stay float32.
    /// </summary>
    public Value Weights(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> values)
    {
        if (_storage == WeightStorage.Float16 && shape.Length > 1 && ToFloat16(values.Span) is { } halves)
        {
            var stored = Initializer(Unique(name), TensorProto.Types.DataType.Float16, shape, UnsafeByteOperations.UnsafeWrap(halves));
            return this.Cast(stored, TensorProto.Types.DataType.Float);
        }

        return Initializer(Unique(name), TensorProto.Types.DataType.Float, shape, UnsafeByteOperations.UnsafeWrap(values));
    }

    /// <summary>A constant of float values; equal constants are stored once.</summary>
    public Value Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Shared(TensorProto.Types.DataType.Float, shape, ByteString.CopyFrom(MemoryMarshal.AsBytes(values)));

    /// <summary>A scalar constant.</summary>
    public Value Constant(float value) => Constant([value], []);

    /// <summary>A one-dimensional constant of integers: axes, shapes, sizes.</summary>
    public Value Integers(params ReadOnlySpan<long> values) =>
        Shared(TensorProto.Types.DataType.Int64, [values.Length], ByteString.CopyFrom(MemoryMarshal.AsBytes(values)));

    /// <summary>Adds a node with one output.</summary>
    public Value Node(string operation, ReadOnlySpan<Value> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var name = Unique(_scope.Length == 0 ? operation : $"{_scope}.{operation}");
        var node = new NodeProto { OpType = operation, Name = name, Output = { name } };
        foreach (var input in inputs)
        {
            node.Input.Add(input.Name);
        }

        node.Attribute.AddRange(attributes.ToArray());
        _graph.Node.Add(node);
        return new Value(name);
    }

    /// <summary>
    /// Adds a Scan node: a body that runs once for every slice of a tensor along its first dimension. Between the runs nothing is kept but
    /// the results, so a large intermediate tensor exists for one slice at a time.
    /// </summary>
    /// <param name="slices">[K,…].</param>
    /// <param name="body">Makes the body's result from one slice (without the first dimension); it may use values of this graph.</param>
    /// <returns>The results of all slices: [K,…].</returns>
    public Value Scan(Value slices, Func<GraphBuilder, Value, Value> body)
    {
        var name = Unique(_scope.Length == 0 ? "Scan" : $"{_scope}.Scan");
        var inner = new GraphBuilder(this, name);
        var slice = Unique($"{name}.slice");
        inner._graph.Input.Add(DescribeElement(slice));
        inner._graph.Output.Add(DescribeElement(body(inner, new Value(slice)).Name));
        var node = new NodeProto { OpType = "Scan", Name = name, Input = { slices.Name }, Output = { name } };
        node.Attribute.Add(new AttributeProto { Name = "body", Type = AttributeProto.Types.AttributeType.Graph, G = inner._graph });
        node.Attribute.Add(Layers.Int("num_scan_inputs", 1));
        _graph.Node.Add(node);
        return new Value(name);
    }

    /// <summary>Writes the graph as an ONNX file, its weights beside it where they are too large for one file.</summary>
    /// <param name="path">The graph's file.</param>
    /// <param name="largestWeights">The most bytes of weights that go into the graph's own file.</param>
    /// <returns>The file beside it that got the weights; null where there is none.</returns>
    public string? Save(string path, long largestWeights = GraphFile.LargestWeights)
    {
        OutputNames.Fold(_graph);
        return GraphFile.Write(_graph, path, largestWeights);
    }

    // A float tensor of any shape.
    private static ValueInfoProto DescribeElement(string name) => new()
    {
        Name = name,
        Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float } },
    };

    /// <summary>Float32 bytes as float16 ones; null where a value is beyond its range.</summary>
    public static byte[]? ToFloat16(ReadOnlySpan<byte> values)
    {
        var singles = MemoryMarshal.Cast<byte, float>(values);
        var bytes = GC.AllocateUninitializedArray<byte>(singles.Length * 2);
        var halves = MemoryMarshal.Cast<byte, Half>(bytes.AsSpan());
        TensorPrimitives.ConvertToHalf(singles, halves);
        return TensorPrimitives.IsFiniteAll<Half>(halves) ? bytes : null;
    }

    private static ValueInfoProto Describe(string name, TensorProto.Types.DataType type, ReadOnlySpan<string> dimensions)
    {
        var shape = new TensorShapeProto();
        foreach (var dimension in dimensions)
        {
            shape.Dim.Add(long.TryParse(dimension, out var length)
                ? new TensorShapeProto.Types.Dimension { DimValue = length }
                : new TensorShapeProto.Types.Dimension { DimParam = dimension });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }

    private Value Shared(TensorProto.Types.DataType type, ReadOnlySpan<long> shape, ByteString bytes)
    {
        var key = $"{type}|{string.Join(',', shape.ToArray())}|{bytes.ToBase64()}";
        if (!_constants.TryGetValue(key, out var constant))
        {
            constant = Initializer(Unique("constant"), type, shape, bytes);
            _constants.Add(key, constant);
        }

        return constant;
    }

    private Value Initializer(string name, TensorProto.Types.DataType type, ReadOnlySpan<long> shape, ByteString bytes)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = bytes };
        tensor.Dims.AddRange(shape.ToArray());
        _graph.Initializer.Add(tensor);
        return new Value(name);
    }

    private string Unique(string name)
    {
        var count = _usedNames.GetValueOrDefault(name);
        _usedNames[name] = count + 1;
        return count == 0 ? name : $"{name}.{count}";
    }

    private sealed class ScopeEnd(GraphBuilder graph, string outer) : IDisposable
    {
        public void Dispose() => graph._scope = outer;
    }
}
