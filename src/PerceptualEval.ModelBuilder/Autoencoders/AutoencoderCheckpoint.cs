using PerceptualEval.ModelBuilder.Checkpoints;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Autoencoders;

/// <summary>A checkpoint in which a supported autoencoder was recognised; exactly one naming is not null, or it is CogVideoX, which has one naming only.</summary>
/// <param name="Files">The open files; they stay the caller's.</param>
/// <param name="Kl">The names of an AutoencoderKL.</param>
/// <param name="Taesd">The names of a network of the TAESD family.</param>
/// <param name="IsCogVideoX">Whether it is an AutoencoderKLCogVideoX.</param>
internal sealed record AutoencoderCheckpoint(CheckpointFiles Files, AutoencoderKlNaming? Kl = null, TaesdNaming? Taesd = null, bool IsCogVideoX = false)
{
    private const string Supported =
        "Supported are AutoencoderKL (Stable Diffusion 1 to 3.5, SDXL, FLUX.1, FLUX.2; diffusers and ldm names), the TAESD family (AutoencoderTiny, TAESD, TAESDXL, TAESD3, TAEF1, TAEF2, TAESANA) and the decoder of AutoencoderKLCogVideoX (diffusers names).";

    private static readonly string[] KlClasses = ["AutoencoderKL", "AutoencoderKLFlux2"];
    private static readonly string[] TaesdClasses = ["AutoencoderTiny"];
    private static readonly string[] CogVideoXClasses = ["AutoencoderKLCogVideoX"];

    /// <summary>Recognises the autoencoder by the names of its tensors.</summary>
    /// <param name="files">The open files.</param>
    /// <param name="side"><c>decoder</c> or <c>encoder</c>: what is wanted of it.</param>
    /// <exception cref="ModelException">There is none, or one that is not supported: the message says what it looks like.</exception>
    public static AutoencoderCheckpoint Recognise(CheckpointFiles files, string side)
    {
        if (files.Config is { } config && !KlClasses.Concat(TaesdClasses).Concat(CogVideoXClasses).Contains(config.ClassName))
        {
            throw new ModelException($"'{config.Path}' is the config of {config.ClassName}, which is not supported. {Supported}");
        }

        var names = files.Tensors.Select(tensor => tensor.Entry.Name).ToHashSet();
        if (CogVideoXDecoder.Recognises(names))
        {
            RequireClass(files, CogVideoXClasses, "a CogVideoX VAE");
            return side == "decoder"
                ? new AutoencoderCheckpoint(files, IsCogVideoX: true)
                : throw new ModelException($"'{files.Path}' is a CogVideoX VAE, of which only the decoder is supported. Use 'build decoder', and encode videos with diffusers.");
        }

        if (AutoencoderKlNaming.Find(names, files.Path) is { } kl)
        {
            RequireSupported(files, kl.Within(names), KlClasses, "an AutoencoderKL");
            return new AutoencoderCheckpoint(files, kl);
        }

        if (TaesdNaming.Find(names, side) is { } taesd)
        {
            RequireSupported(files, taesd.Within(names), TaesdClasses, "the TAESD family");
            return new AutoencoderCheckpoint(files, Taesd: taesd);
        }

        var other = side == "decoder" ? "encoder" : "decoder";
        throw new ModelException(TaesdNaming.Find(names, other) is not null
            ? $"'{files.Path}' is a TAESD {other}. Give the {side}'s file, or use 'build {other}'."
            : $"'{files.Path}' {Describe(names)}; expected the weights of a VAE's {side}. {Supported}");
    }

    /// <summary>Writes what was built from the checkpoint as a model folder.</summary>
    /// <exception cref="ModelException">The folder can't be written.</exception>
    public Model Write(BuiltNetwork network, ModelKind kind, string name, string modelsFolder, WeightStorage storage)
    {
        var role = kind == ModelKind.Decoder ? "decoder" : "encoder";
        var builtFrom = Files.Hashed();
        var known = KnownCheckpoint.Find(builtFrom[0].Sha256);
        var manifest = new ModelManifest
        {
            Name = name,
            Kind = kind,
            Architecture = storage == WeightStorage.Float16 ? $"{network.Architecture}, weights stored as float16" : network.Architecture,
            Graphs = new Dictionary<string, HashedFile>(),
            Latent = network.Latent,
            FrameBatching = network.FrameBatching,
            MinimumImageSize = kind == ModelKind.Encoder ? network.Latent.SpatialFactor : 1,
            BuiltFrom = builtFrom,
            Licence = known?.Licence,
            Source = known?.Origin,
        };
        return ModelFolder.Write(modelsFolder, manifest, new Dictionary<string, GraphBuilder> { [role] = network.Graph });
    }

    // An autoencoder of another kind may begin like one that is supported.
    private static void RequireSupported(CheckpointFiles files, IEnumerable<string> names, string[] classes, string found)
    {
        if (ForeignCheckpoint.DescribeAutoencoder(names) is { } foreign)
        {
            throw new ModelException($"'{files.Path}' looks like {foreign}, which is not supported. {Supported}");
        }

        RequireClass(files, classes, found);
    }

    private static void RequireClass(CheckpointFiles files, string[] classes, string found)
    {
        if (files.Config is { } config && !classes.Contains(config.ClassName))
        {
            throw new ModelException($"'{config.Path}' is the config of {config.ClassName}, but the tensors of '{files.Path}' are those of {found}. Give the config that came with the weights.");
        }
    }

    private static string Describe(HashSet<string> names) =>
        ForeignCheckpoint.DescribeAutoencoder(names) is { } autoencoder ? $"looks like {autoencoder}, which is not supported"
        : ForeignCheckpoint.DescribeOther(names) is { } other ? $"looks like {other}"
        : names.Count == 0 ? "holds no tensors"
        : $"holds {names.Count} tensors, {string.Join(", ", names.Order(StringComparer.Ordinal).Take(3))}{(names.Count > 3 ? ", …" : string.Empty)}";
}
