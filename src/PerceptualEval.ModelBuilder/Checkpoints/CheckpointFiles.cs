using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.ModelBuilder.Checkpoints;

/// <summary>The open files of a checkpoint, whatever its form: one file, a diffusers folder, or the shards that an index names.</summary>
internal sealed class CheckpointFiles : IDisposable
{
    private const string ConfigName = "config.json";
    private const string WeightsStem = "diffusion_pytorch_model";
    private const string IndexSuffix = ".index.json";

    // diffusers' names, in the order that it prefers them.
    private static readonly string[] WeightsNames =
    [
        $"{WeightsStem}.safetensors", $"{WeightsStem}.safetensors{IndexSuffix}", $"{WeightsStem}.bin", $"{WeightsStem}.bin{IndexSuffix}",
    ];

    private readonly List<TensorFile> _files = [];

    private CheckpointFiles(string path, string? configPath)
    {
        Path = path;
        Config = configPath is null ? null : VaeConfig.Load(configPath);
    }

    /// <summary>The file or folder, as given.</summary>
    public string Path { get; }

    /// <summary>The config of the weights; null where there is none.</summary>
    public VaeConfig? Config { get; }

    /// <summary>All tensors, under the names of the files.</summary>
    public IReadOnlyList<CheckpointTensor> Tensors { get; private set; } = [];

    /// <summary>Opens a checkpoint.</summary>
    /// <param name="path">A checkpoint file, a shard index (<c>….index.json</c>), a diffusers VAE folder, or a pipeline's folder with a <c>vae</c> folder.</param>
    /// <param name="configPath">The config; null for the folder's own.</param>
    /// <exception cref="ModelException">The folder has no weights, a shard is missing, or the config can't be read.</exception>
    /// <exception cref="TensorFileException">A file can't be read.</exception>
    public static CheckpointFiles Open(string path, string? configPath = null)
    {
        var weights = Directory.Exists(path) ? WeightsOf(path) : path;
        var files = new CheckpointFiles(path, configPath ?? ConfigBeside(weights));
        try
        {
            files.OpenWeights(weights);
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>The files and their hashes, for the manifest; the config comes last.</summary>
    public IReadOnlyList<HashedFile> Hashed() =>
        [.. _files.Select(file => file.Path).Concat(Config is null ? [] : [Config.Path]).Select(path => new HashedFile(System.IO.Path.GetFileName(path), Model.HashFile(path)))];

    public void Dispose() => _files.ForEach(file => file.Dispose());

    private static string WeightsOf(string folder)
    {
        var vae = System.IO.Path.Combine(folder, "vae");
        folder = !File.Exists(System.IO.Path.Combine(folder, ConfigName)) && Directory.Exists(vae) ? vae : folder;
        if (WeightsNames.Select(name => System.IO.Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } weights)
        {
            return weights;
        }

        // Variants (diffusion_pytorch_model.fp16.safetensors): taken where there is no choice to make.
        string[] variants = [.. Directory.GetFiles(folder, $"{WeightsStem}*").Where(file => !file.Contains("-of-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        return variants switch
        {
            [var only] => only,
            [] => throw new ModelException(
                $"'{folder}': has none of {string.Join(", ", WeightsNames)}. Give a diffusers VAE folder, or the checkpoint file itself."),
            _ => throw new ModelException(
                $"'{folder}': has {string.Join(", ", variants.Select(System.IO.Path.GetFileName))}. Give one of them instead of the folder."),
        };
    }

    // Only diffusers' own file names go with the config beside them; another file may have come there by chance.
    private static string? ConfigBeside(string weights)
    {
        var config = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(weights) ?? string.Empty, ConfigName);
        return System.IO.Path.GetFileName(weights).StartsWith(WeightsStem, StringComparison.Ordinal) && File.Exists(config) ? config : null;
    }

    private void OpenWeights(string weights)
    {
        if (weights.EndsWith(IndexSuffix, StringComparison.Ordinal))
        {
            var shards = ShardIndex.Load(weights);
            Tensors = [.. shards.Files.Select(OpenFile).SelectMany(file => shards.TensorsOf(file))];
        }
        else
        {
            var file = OpenFile(weights);
            Tensors = [.. file.Tensors.Select(entry => new CheckpointTensor(file, entry))];
        }
    }

    private TensorFile OpenFile(string path)
    {
        var file = TensorFile.Open(path);
        _files.Add(file);
        return file;
    }
}
