using System.Collections.Concurrent;
using PerceptualEval.Cli.Tests.Executable;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

[assembly: AssemblyFixture(typeof(ToolModels))]

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>The models folder of the tests of the executable; the executable itself builds it, each model when it is first asked for.</summary>
public sealed class ToolModels : IDisposable
{
    /// <summary>A TAESD decoder of 4 channels; in the user's words, the value of <c>--decoder</c>.</summary>
    internal const string Decoder = "taesd";

    /// <summary>The encoder that goes with it.</summary>
    internal const string Encoder = "taesd-encoder";

    /// <summary>LPIPS on SqueezeNet, which takes images of 17 pixels and more.</summary>
    internal const string Lpips = "squeeze";

    // One thread each: the tests themselves run in parallel.
    private static readonly string[] OnOneThread = ["--device", "cpu", "--threads", "1"];

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<ToolRun>>> _builds = new();

    /// <summary>The models folder; empty until models are asked for.</summary>
    internal string Folder => _folder["models"];

    /// <summary>A checkpoint file of formula weights.</summary>
    internal string Checkpoint(string name) => _folder[$"{name}.safetensors"];

    /// <summary>The run that built <see cref="Decoder"/>.</summary>
    internal Task<ToolRun> BuildDecoder() =>
        Built(Decoder, () => ["decoder", Written("decoder-weights", FormulaWeights.TaesdDecoder(4))]);

    /// <summary>The run that built <see cref="Encoder"/>.</summary>
    internal Task<ToolRun> BuildEncoder() =>
        Built(Encoder, () => ["encoder", Written("encoder-weights", FormulaWeights.TaesdEncoder(4))]);

    /// <summary>The run that built <see cref="Lpips"/>.</summary>
    internal Task<ToolRun> BuildLpips() => Built(Lpips, () =>
    [
        "lpips", "--net", "squeeze",
        "--backbone", Written("squeeze-backbone", FormulaWeights.Backbone("squeeze")),
        "--heads", Written("squeeze-heads", FormulaWeights.Heads("squeeze")),
    ]);

    /// <summary>The name of the real TAEF2 decoder; skips the running test where its file is not here.</summary>
    internal async Task<string> SharedTaef2()
    {
        var checkpoint = SharedFolder.Require("models", "taef2_decoder.pth");
        await Built("shared-taef2", () => ["decoder", checkpoint]);
        return "shared-taef2";
    }

    /// <summary>The name of the real TAEF2 encoder; skips the running test where its file is not here.</summary>
    internal async Task<string> SharedTaef2Encoder()
    {
        var checkpoint = SharedFolder.Require("models", "taef2_encoder.pth");
        await Built("shared-taef2-encoder", () => ["encoder", checkpoint]);
        return "shared-taef2-encoder";
    }

    /// <summary>The name of LPIPS with real heads, on the real SqueezeNet or on a formula backbone; skips the running test where files are not here.</summary>
    internal async Task<string> SharedLpips(string net)
    {
        var heads = SharedFolder.Require("models", $"lpips-v0.1-{net}.pth");
        var real = net == "squeeze" ? SharedFolder.Require("models", "squeezenet1_1-features.pth") : null;
        await Built($"shared-{net}", () =>
        [
            "lpips", "--net", net, "--heads", heads, "--backbone", real ?? Written($"{net}-backbone", FormulaWeights.Backbone(net)),
        ]);
        return $"shared-{net}";
    }

    /// <summary>Runs a verb with the models of this folder, on one thread of the CPU.</summary>
    internal async Task<ToolRun> Run(params string[] arguments)
    {
        await Ready();
        return await Tool.Run([.. arguments, "--models", Folder, .. OnOneThread]);
    }

    /// <summary>The same, in a folder that relative paths begin at.</summary>
    internal async Task<ToolRun> RunIn(string folder, params string[] arguments)
    {
        await Ready();
        return await Tool.RunIn(folder, [.. arguments, "--models", Folder, .. OnOneThread]);
    }

    /// <summary>The arguments of <c>score</c> on <see cref="Decoder"/> and <see cref="Lpips"/>.</summary>
    internal async Task<string[]> ScoreArguments(string pred, string target, params string[] more)
    {
        await Ready();
        return ["score", "--pred", pred, "--target", target, "--decoder", Decoder, "--lpips", Lpips, "--models", Folder, .. OnOneThread, .. more];
    }

    /// <summary>Scores predicted latents.</summary>
    internal async Task<ToolRun> Score(string pred, string target, params string[] more) => await Tool.Run(await ScoreArguments(pred, target, more));

    /// <summary>Compares images.</summary>
    internal Task<ToolRun> Distance(string a, string b, params string[] more) => Run(["distance", a, b, "--lpips", Lpips, .. more]);

    /// <summary>The library's loss on the same models.</summary>
    internal async Task<LatentPerceptualLoss> Library(LossOptions? options = null)
    {
        await Ready();
        return LatentPerceptualLoss.Load(Decoder, Lpips, options, new ExecutionOptions(ExecutionDevice.Cpu, Threads: 1), new ModelStore(Folder));
    }

    public void Dispose() => _folder.Dispose();

    private Task<ToolRun[]> Ready() => Task.WhenAll(BuildDecoder(), BuildEncoder(), BuildLpips());

    private string Written(string name, FormulaWeights weights) => SafetensorsWriter.Write(Checkpoint(name), weights);

    private Task<ToolRun> Built(string name, Func<string[]> arguments) => _builds.GetOrAdd(
        name, _ => new(() => Tool.Run(["build", .. arguments(), "--name", name, "--models", Folder]))).Value;
}
