using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.ModelBuilder;

/// <summary>Writes a model's folder: everything goes to a hidden folder beside it, which gets its name only when it is complete.</summary>
internal static class ModelFolder
{
    /// <summary>Writes graphs and manifest.</summary>
    /// <param name="modelsFolder">The models folder; made where it does not exist.</param>
    /// <param name="manifest">The manifest, without graphs: they are filled in with their hashes.</param>
    /// <param name="graphs">The graphs by role.</param>
    /// <param name="arrays">Arrays of float32 by role, each written as a .npy file beside the graphs; null for none.</param>
    /// <exception cref="ModelException">The name is no folder name or is taken, or the folder can't be written.</exception>
    public static Model Write(
        string modelsFolder, ModelManifest manifest, IReadOnlyDictionary<string, GraphBuilder> graphs, IReadOnlyDictionary<string, float[]>? arrays = null)
    {
        RequireFree(modelsFolder, manifest.Name);
        var target = Path.Combine(modelsFolder, manifest.Name);
        var unfinished = Path.Combine(modelsFolder, $".{manifest.Name}.{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(unfinished);
            var files = new Dictionary<string, HashedFile>();
            foreach (var (role, graph) in graphs)
            {
                var path = Path.Combine(unfinished, $"{role}.onnx");
                if (graph.Save(path) is { } weights)
                {
                    files[Model.WeightsRole(role)] = new HashedFile(Path.GetFileName(weights), Model.HashFile(weights));
                }

                files[role] = new HashedFile($"{role}.onnx", Model.HashFile(path));
            }

            foreach (var (role, values) in arrays ?? new Dictionary<string, float[]>())
            {
                var path = Path.Combine(unfinished, $"{role}.npy");
                NpyFile.Write(path, new TensorShape(values.Length), values);
                files[role] = new HashedFile($"{role}.npy", Model.HashFile(path));
            }

            (manifest with { Graphs = files }).Save(Path.Combine(unfinished, ModelManifest.FileName));
            Directory.Move(unfinished, target);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or TensorFileException)
        {
            RemoveUnfinished(unfinished);
            throw new ModelException($"'{target}' can't be written: {exception.Message.TrimEnd('.')}. Choose another folder with --models.", exception);
        }

        return Model.Open(target);
    }

    /// <summary>Fails early, before any work, where a model of that name can't be made.</summary>
    /// <exception cref="ModelException">The name is no folder name, or is taken.</exception>
    public static void RequireFree(string modelsFolder, string name)
    {
        if (name.Length == 0 || name.StartsWith('.') || name.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()))
        {
            throw new ModelException($"model name '{name}': a model's name is the name of its folder, without '/' and not beginning with '.'.");
        }

        var target = Path.Combine(modelsFolder, name);
        if (Path.Exists(target))
        {
            throw new ModelException($"'{target}' exists already. Choose another --name, or remove the folder first.");
        }
    }

    private static void RemoveUnfinished(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What made the writing fail (a full or read-only disk) may keep the rest from going; the first error is the one to report.
        }
    }
}
