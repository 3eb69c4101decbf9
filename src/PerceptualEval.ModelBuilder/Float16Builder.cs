using Google.Protobuf;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.ModelBuilder.Onnx.Proto;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder;

/// <summary>Adds to a decoder or encoder the graph that computes in float16. The graph in float32 stays, and stays the model's identity.</summary>
public static class Float16Builder
{
    /// <summary>Writes the graph beside the others and names it in the manifest.</summary>
    /// <param name="model">A decoder or encoder that was built by this library.</param>
    /// <returns>The model with its new graph.</returns>
    /// <exception cref="ModelException">
    /// The model is of another kind or has the graph already, its own graph is someone else's, has its weights in another file (2 GiB and
    /// more), or is not what the manifest says, or the folder can't be written.
    /// </exception>
    public static Model Add(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var role = model.Manifest.Kind switch
        {
            ModelKind.Decoder => "decoder",
            ModelKind.Encoder => "encoder",
            _ => throw new ModelException($"model '{model.Name}' compares images; only decoders and encoders have graphs in float16. --precision fp16 runs LPIPS in TF32, on CUDA."),
        };
        var added = Model.Float16Role(role);
        if (model.Manifest.Graphs.ContainsKey(added))
        {
            throw new ModelException($"model '{model.Name}' ({model.Folder}) has a graph in float16 already. Use it with --precision fp16.");
        }

        if (model.Manifest.Graphs.ContainsKey(Model.WeightsRole(role)))
        {
            throw new ModelException($"model '{model.Name}' has more than 2 GiB of weights; its graph can't be turned into float16. Compute in float32 or TF32.");
        }

        var onnx = Read(model.VerifiedGraph(role));
        if (onnx.ProducerName != Onnx.GraphFile.Producer)
        {
            throw new ModelException($"model '{model.Name}': its graph was made by '{onnx.ProducerName}', not by this tool. Have it made in float16 there, with float32 inputs and outputs, and name it '{added}' in the manifest.");
        }

        onnx.Graph = HalfPrecision.Of(onnx.Graph);
        return Write(model, added, onnx);
    }

    private static ModelProto Read(string path)
    {
        try
        {
            return ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"graph '{path}' can't be read: {exception.Message.TrimEnd('.')}. Rebuild the model.", exception);
        }
    }

    // The manifest comes last and at once: before that, nobody looks for the graph.
    private static Model Write(Model model, string role, ModelProto onnx)
    {
        var graph = Path.Combine(model.Folder, $"{role}.onnx");
        var manifest = Path.Combine(model.Folder, ModelManifest.FileName);
        var unfinished = $"{manifest}.{Guid.NewGuid():N}";
        try
        {
            File.WriteAllBytes(graph, onnx.ToByteArray());
            var graphs = new Dictionary<string, HashedFile>(model.Manifest.Graphs) { [role] = new HashedFile($"{role}.onnx", Model.HashFile(graph)) };
            (model.Manifest with { Graphs = graphs }).Save(unfinished);
            File.Move(unfinished, manifest, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(unfinished);
            File.Delete(graph);
            throw new ModelException($"'{model.Folder}' can't be written: {exception.Message.TrimEnd('.')}. Build the model in a folder of yours, with --models.", exception);
        }

        return Model.Open(model.Folder);
    }
}
