using System.Runtime.InteropServices;
using Google.Protobuf;
using PerceptualEval.ModelBuilder.Onnx.Proto;

namespace PerceptualEval.ModelBuilder.Onnx;

/// <summary>
/// Writes an ONNX graph node by node. Names are made from the scope and the operator, so the same calls give the same bytes,
/// whatever the checkpoint called its tensors. The operators that networks are made of are in <see cref="Layers"/>.
/// </summary>
internal sealed class GraphBuilder(string graphName)
{
    // Reductions take their axes as an input from opset 18 on; IR 8 goes with it (ONNX 1.13, ONNX Runtime 1.14).
    private const int OpsetVersion = 18;
    private const int IrVersion = 8;

    private readonly GraphProto _graph = new() { Name = graphName };
    private readonly Dictionary<string, int> _usedNames = [];
    private readonly Dictionary<string, Value> _constants = [];
    private string _scope = string.Empty;

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

    /// <summary>Adds weights: little-endian float32 bytes, taken over without a copy.</summary>
    public Value Weights(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> values) =>
        Initializer(Unique(name), TensorProto.Types.DataType.Float, shape, UnsafeByteOperations.UnsafeWrap(values));

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

    /// <summary>Writes the graph as an ONNX file.</summary>
    public void Save(string path)
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "PerceptualEval",
            Graph = _graph,
            OpsetImport = { new OperatorSetIdProto { Domain = string.Empty, Version = OpsetVersion } },
        };
        using var stream = File.Create(path);
        model.WriteTo(stream);
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
