using System.Security.Cryptography;
using Google.Protobuf;
using PerceptualEval.ModelBuilder.Onnx.Proto;

namespace PerceptualEval.ModelBuilder.Onnx;

/// <summary>Writes a graph as an ONNX file. Protobuf files end at 2 GiB: weights beyond that go into a file beside the graph's.</summary>
internal static class GraphFile
{
    /// <summary>The most bytes of weights inside a graph's own file: protobuf's limit, less room for the nodes.</summary>
    public const long LargestWeights = int.MaxValue - (64L << 20);

    /// <summary>Who makes these files, as they say themselves.</summary>
    public const string Producer = "PerceptualEval";

    /// <summary>What is added to a graph's file name for its weights.</summary>
    public const string WeightsSuffix = ".data";

    // Reductions take their axes as an input from opset 18 on; IR 8 goes with it (ONNX 1.13, ONNX Runtime 1.14).
    private const int OpsetVersion = 18;
    private const int IrVersion = 8;

    // A page: runtimes map the file into memory. Tensors below that stay in the graph, where shape inference can read them.
    private const int Alignment = 4096;

    /// <summary>Writes a graph; see <see cref="GraphBuilder.Save"/>.</summary>
    /// <returns>The file that got the weights; null where there is none.</returns>
    public static string? Write(GraphProto graph, string path, long largestWeights)
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = Producer,
            Graph = graph,
            OpsetImport = { new OperatorSetIdProto { Domain = string.Empty, Version = OpsetVersion } },
        };
        string? weights = null;
        if (graph.Initializer.Sum(tensor => (long)tensor.RawData.Length) > largestWeights)
        {
            weights = path + WeightsSuffix;

            // The graph's hash is the model's identity: with the weights' hash in it, it still tells two models apart.
            model.MetadataProps.Add(Entry("weights_sha256", MoveWeights(graph, weights)));
        }

        using var stream = File.Create(path);
        model.WriteTo(stream);
        return weights;
    }

    // Returns the hash of the file.
    private static string MoveWeights(GraphProto graph, string path)
    {
        var file = Path.GetFileName(path);
        using var stream = File.Create(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var padding = new byte[Alignment];
        foreach (var tensor in graph.Initializer.Where(tensor => tensor.RawData.Length >= Alignment))
        {
            Append(padding.AsSpan(0, (int)(-stream.Position & (Alignment - 1))));
            tensor.ExternalData.Add(Entry("location", file));
            tensor.ExternalData.Add(Entry("offset", FormattableString.Invariant($"{stream.Position}")));
            tensor.ExternalData.Add(Entry("length", FormattableString.Invariant($"{tensor.RawData.Length}")));
            tensor.DataLocation = TensorProto.Types.DataLocation.External;
            Append(tensor.RawData.Span);
            tensor.RawData = ByteString.Empty;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Append(ReadOnlySpan<byte> bytes)
        {
            stream.Write(bytes);
            hash.AppendData(bytes);
        }
    }

    private static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };
}
