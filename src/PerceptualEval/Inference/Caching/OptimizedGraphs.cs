using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using PerceptualEval.Models;

namespace PerceptualEval.Inference.Caching;

/// <summary>
/// Graphs as the runtime has optimised them for this CPU, kept in a folder, so that a later process does not optimise them again.
/// The same kernels run in the same order: results are the same to the last bit.
/// </summary>
/// <remarks>
/// The weights lie in a file beside the graph, which the runtime maps into memory instead of parsing it. SD's decoder (198 MB) took 0.19 s of
/// processor time to load instead of 1.49 s, VGG-16 (59 MB) 8 ms instead of 321; in the runtime's own .ort format they took 1.70 s and
/// 248 ms, in one ONNX file 0.27 s and 69 ms. With a file for the weights, graphs of more than 2 GB are possible as well.
/// </remarks>
/// <param name="folder">The folder.</param>
internal sealed class OptimizedGraphs(string folder)
{
    /// <summary>Smaller graphs are loaded as they are within 3 ms, of which less than one can be saved.</summary>
    public const long LeastBytes = 1 << 18;

    // A full set of SD, SDXL, FLUX and CogVideoX decoders and the LPIPS networks takes about 1.5 GB.
    private const long Capacity = 4L << 30;
    private const string Graph = "graph.onnx";
    private const string Weights = "weights.bin";
    private const string Seal = "seal";

    private readonly CacheFolder _entries = new(folder, Capacity);

    /// <summary>Loads a graph, as it was optimised before or else as it is, which is kept for the next time.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="options">Makes session options for the CPU; disposed here.</param>
    /// <returns>The session, owned by the caller.</returns>
    /// <exception cref="OnnxRuntimeException">The runtime does not take the graph.</exception>
    public InferenceSession Load(GraphFile graph, Func<SessionOptions> options)
    {
        var key = KeyOf(graph.Identity);
        if (_entries.Find(key) is { } entry)
        {
            if (Open(entry, options) is { } optimized)
            {
                return optimized;
            }

            _entries.Remove(key);
        }

        InferenceSession? session = null;
        _entries.Add(key, unfinished =>
        {
            session = OptimizeInto(unfinished, graph.Path, options) ?? throw new IOException("the runtime did not write the graph; nothing is kept");
            File.WriteAllText(Path.Combine(unfinished, Seal), SealOf(unfinished));
        });
        if (session is not null)
        {
            return session;
        }

        using var asItIs = options();
        return new InferenceSession(graph.Path, asItIs);
    }

    private static string KeyOf(string identity) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{identity}\n{InferenceRuntime.Version} {string.Join(' ', InferenceRuntime.Providers)}\ncpu, all optimisations\n{HardwareIdentity.Of(ExecutionDevice.Cpu)}")));

    // Null where the entry is damaged or the runtime does not take it.
    private static InferenceSession? Open(string entry, Func<SessionOptions> options)
    {
        try
        {
            if (File.ReadAllText(Path.Combine(entry, Seal)) != SealOf(entry))
            {
                return null;
            }

            using var asOptimized = options();
            asOptimized.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL;
            return new InferenceSession(Path.Combine(entry, Graph), asOptimized);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OnnxRuntimeException)
        {
            return null;
        }
    }

    // Null where the runtime can't write the graph, or does not take it: loading it as it is tells.
    private static InferenceSession? OptimizeInto(string entry, string graphPath, Func<SessionOptions> options)
    {
        try
        {
            using var writing = options();
            writing.OptimizedModelFilePath = Path.Combine(entry, Graph);
            writing.AddSessionConfigEntry("session.optimized_model_external_initializers_file_name", Weights);
            return new InferenceSession(graphPath, writing);
        }
        catch (OnnxRuntimeException)
        {
            return null;
        }
    }

    // Against damage; who can write into the folder can as well replace the models.
    private static string SealOf(string entry) => string.Join('\n', Hash(entry, Graph), Hash(entry, Weights));

    private static string Hash(string entry, string file)
    {
        var path = Path.Combine(entry, file);
        if (!File.Exists(path))
        {
            // A graph without large weights has no file for them.
            return "none";
        }

        var hash = new XxHash128();
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1 << 20);
        hash.Append(stream);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
