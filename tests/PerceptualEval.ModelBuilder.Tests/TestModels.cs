using System.Collections.Concurrent;
using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Encoders;
using PerceptualEval.ModelBuilder.Perceptual;
using PerceptualEval.ModelBuilder.Tests;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

[assembly: AssemblyFixture(typeof(TestModels))]

namespace PerceptualEval.ModelBuilder.Tests;

/// <summary>The models that tests share: each is built when it is first asked for, and its sessions are made once.</summary>
public sealed class TestModels : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<string, Lazy<string>> _checkpoints = new();
    private readonly ConcurrentDictionary<string, Lazy<Model>> _models = new();
    private readonly ConcurrentDictionary<string, Lazy<PerceptualNetwork>> _networks = new();
    private readonly ConcurrentDictionary<string, Lazy<LatentDecoder>> _decoders = new();

    /// <summary>The tests' own parallelism fills the machine, and the numbers are promised for the CPU.</summary>
    public static ExecutionOptions OneThread { get; } = new(ExecutionDevice.Cpu, Threads: 1);

    /// <summary>A torchvision backbone of formula weights: the path of its checkpoint.</summary>
    public string Backbone(string net) => Checkpoint($"backbone-{net}", () => FormulaWeights.Backbone(net));

    /// <summary>LPIPS heads of formula weights: the path of their checkpoint.</summary>
    public string Heads(string net) => Checkpoint($"heads-{net}", () => FormulaWeights.Heads(net));

    /// <summary>A TAESD decoder of formula weights: the path of its checkpoint.</summary>
    public string DecoderCheckpoint(int channels, bool pooled = false) =>
        Checkpoint($"taesd-decoder-{channels}-{pooled}", () => FormulaWeights.TaesdDecoder(channels, pooled));

    /// <summary>A TAESD encoder of formula weights: the path of its checkpoint.</summary>
    public string EncoderCheckpoint(int channels, bool pooled = false) =>
        Checkpoint($"taesd-encoder-{channels}-{pooled}", () => FormulaWeights.TaesdEncoder(channels, pooled));

    /// <summary>LPIPS of formula weights.</summary>
    public Model Lpips(string net, string version = "0.1", bool baseline = false) => Built(
        $"lpips-{net}-{version}-{baseline}",
        name => LpipsBuilder.Build(Network(net), Backbone(net), baseline ? null : Heads(net), version, name, _folder.Root));

    /// <summary>LPIPS of real heads, on the real SqueezeNet or on a formula backbone; skips the running test where the real files are not here.</summary>
    public Model SharedLpips(string net, string version = "0.1", bool baseline = false)
    {
        var heads = SharedFolder.Require("models", $"lpips-v{version}-{net}.pth");
        var backbone = net == "squeeze" ? SharedFolder.Require("models", "squeezenet1_1-features.pth") : Backbone(net);
        return Built(
            $"shared-lpips-{net}-{version}-{baseline}",
            name => LpipsBuilder.Build(Network(net), backbone, baseline ? null : heads, version, name, _folder.Root));
    }

    /// <summary>The real TAEF2 decoder; skips the running test where it is not here.</summary>
    public Model SharedTaef2()
    {
        var checkpoint = SharedFolder.Require("models", "taef2_decoder.pth");
        return Built("shared-taef2", name => DecoderBuilder.Build(checkpoint, name, _folder.Root));
    }

    /// <summary>A TAESD decoder of formula weights.</summary>
    public Model TaesdDecoder(int channels = 4, bool pooled = false) => Built(
        $"decoder-{channels}-{pooled}", name => DecoderBuilder.Build(DecoderCheckpoint(channels, pooled), name, _folder.Root));

    /// <summary>A TAESD encoder of formula weights.</summary>
    public Model TaesdEncoder(int channels = 4, bool pooled = false) => Built(
        $"encoder-{channels}-{pooled}", name => EncoderBuilder.Build(EncoderCheckpoint(channels, pooled), name, _folder.Root));

    /// <summary>The network of a model, shared: not to be disposed by the test.</summary>
    public PerceptualNetwork Load(Model lpips) =>
        _networks.GetOrAdd(lpips.Name, _ => new(() => new PerceptualNetwork(lpips, OneThread))).Value;

    /// <summary>The decoder of a model, shared: not to be disposed by the test.</summary>
    public LatentDecoder LoadDecoder(Model decoder) =>
        _decoders.GetOrAdd(decoder.Name, _ => new(() => new LatentDecoder(decoder, OneThread))).Value;

    /// <summary>The loss of a 4-channel decoder and SqueezeNet, both of formula weights and shared: not to be disposed by the test.</summary>
    public LatentPerceptualLoss Loss(LossOptions? options = null) =>
        new(LoadDecoder(TaesdDecoder()), Load(Lpips("squeeze")), options);

    public void Dispose()
    {
        foreach (var network in _networks.Values)
        {
            network.Value.Dispose();
        }

        foreach (var decoder in _decoders.Values)
        {
            decoder.Value.Dispose();
        }

        _folder.Dispose();
    }

    internal static LpipsNetwork Network(string net) => Enum.Parse<LpipsNetwork>(net, ignoreCase: true);

    private string Checkpoint(string name, Func<FormulaWeights> weights) => _checkpoints.GetOrAdd(
        name, _ => new(() => SafetensorsWriter.Write(_folder[$"{name}.safetensors"], weights()))).Value;

    private Model Built(string name, Func<string, Model> build) => _models.GetOrAdd(name, _ => new(() => build(name))).Value;
}
