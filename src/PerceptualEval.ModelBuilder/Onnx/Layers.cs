using Google.Protobuf;
using PerceptualEval.ModelBuilder.Onnx.Proto;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;
using AttributeType = PerceptualEval.ModelBuilder.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace PerceptualEval.ModelBuilder.Onnx;

/// <summary>The layers that the networks are made of, as ONNX operators; images and features are NCHW.</summary>
internal static class Layers
{
    public static Value Add(this GraphBuilder graph, Value a, Value b) => graph.Node("Add", [a, b]);

    public static Value Subtract(this GraphBuilder graph, Value a, Value b) => graph.Node("Sub", [a, b]);

    public static Value Multiply(this GraphBuilder graph, Value a, Value b) => graph.Node("Mul", [a, b]);

    public static Value Divide(this GraphBuilder graph, Value a, Value b) => graph.Node("Div", [a, b]);

    public static Value Sqrt(this GraphBuilder graph, Value x) => graph.Node("Sqrt", [x]);

    public static Value Tanh(this GraphBuilder graph, Value x) => graph.Node("Tanh", [x]);

    public static Value Relu(this GraphBuilder graph, Value x) => graph.Node("Relu", [x]);

    /// <summary>x·sigmoid(x).</summary>
    public static Value Silu(this GraphBuilder graph, Value x) => graph.Multiply(x, graph.Node("Sigmoid", [x]));

    public static Value Transpose(this GraphBuilder graph, Value x, params ReadOnlySpan<long> order) => graph.Node("Transpose", [x], Ints("perm", order));

    public static Value Concat(this GraphBuilder graph, int axis, params ReadOnlySpan<Value> parts) => graph.Node("Concat", parts, Int("axis", axis));

    public static Value Reshape(this GraphBuilder graph, Value x, params ReadOnlySpan<long> shape) => graph.Node("Reshape", [x, graph.Integers(shape)]);

    public static Value Cast(this GraphBuilder graph, Value x, TensorProto.Types.DataType type) => graph.Node("Cast", [x], Int("to", (int)type));

    public static Value Sum(this GraphBuilder graph, Value x, bool keepDimensions, params ReadOnlySpan<long> axes) =>
        graph.Node("ReduceSum", [x, graph.Integers(axes)], Int("keepdims", keepDimensions ? 1 : 0));

    public static Value Mean(this GraphBuilder graph, Value x, bool keepDimensions, params ReadOnlySpan<long> axes) =>
        graph.Node("ReduceMean", [x, graph.Integers(axes)], Int("keepdims", keepDimensions ? 1 : 0));

    /// <summary>2-D convolution with a square kernel and the same padding on all sides.</summary>
    public static Value Conv(this GraphBuilder graph, Value x, Value weight, Value? bias, int kernel, int stride = 1, int padding = 0) =>
        graph.Node("Conv", bias is { } b ? [x, weight, b] : [x, weight],
            Ints("kernel_shape", kernel, kernel), Ints("strides", stride, stride), Ints("pads", padding, padding, padding, padding));

    /// <summary>3-D convolution of stride 1; kernel and padding are along frames, height and width, the padding the same on both sides.</summary>
    public static Value Conv3D(this GraphBuilder graph, Value x, Value weight, Value bias, ReadOnlySpan<long> kernel, ReadOnlySpan<long> padding) =>
        graph.Node("Conv", [x, weight, bias], Ints("kernel_shape", kernel), Ints("pads", [.. padding, .. padding]));

    /// <summary>The entries from start up to, not including, end along one axis; negative ones count from its end.</summary>
    public static Value Slice(this GraphBuilder graph, Value x, int axis, long start, long end) =>
        graph.Node("Slice", [x, graph.Integers(start), graph.Integers(end), graph.Integers(axis)]);

    public static Value MaxPool(this GraphBuilder graph, Value x, int kernel, int stride, bool ceil = false, int padding = 0) =>
        graph.Node("MaxPool", [x],
        [
            Ints("kernel_shape", kernel, kernel), Ints("strides", stride, stride), Int("ceil_mode", ceil ? 1 : 0),
            .. padding == 0 ? Array.Empty<AttributeProto>() : [Ints("pads", padding, padding, padding, padding)],
        ]);

    /// <summary>Doubles height and width by repeating pixels, as torch's nearest upsampling.</summary>
    public static Value UpsampleNearest2x(this GraphBuilder graph, Value x) =>
        graph.Node("Resize", [x, new Value(string.Empty), graph.Constant([1, 1, 2, 2], 4)],
            Text("mode", "nearest"), Text("coordinate_transformation_mode", "asymmetric"), Text("nearest_mode", "floor"));

    /// <summary>Bilinear resize to a size known at run time, as torch's <c>align_corners=False</c>.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">[N,C,h,w].</param>
    /// <param name="sizes">Four integers: N, C, H, W.</param>
    public static Value ResizeBilinear(this GraphBuilder graph, Value x, Value sizes) =>
        graph.Node("Resize", [x, new Value(string.Empty), new Value(string.Empty), sizes],
            Text("mode", "linear"), Text("coordinate_transformation_mode", "half_pixel"));

    public static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    public static AttributeProto Float(string name, float value) => new() { Name = name, Type = AttributeType.Float, F = value };

    public static AttributeProto Ints(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.AddRange(values.ToArray());
        return attribute;
    }

    public static AttributeProto Text(string name, string value) => new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) };
}
