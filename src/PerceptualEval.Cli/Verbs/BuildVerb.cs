using System.CommandLine;
using PerceptualEval.ModelBuilder;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Encoders;
using PerceptualEval.ModelBuilder.Perceptual;
using PerceptualEval.ModelBuilder.Preview;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>build</c>: checkpoint files → a model folder.</summary>
internal static class BuildVerb
{
    private static readonly Argument<string> Path = new("PATH")
    {
        Description = "A diffusers VAE folder, or a checkpoint file (.safetensors, .pth, .pt, .ckpt, .bin, .index.json). The network is told by its tensors.",
    };

    private static readonly Option<string> Name = new("--name")
    {
        HelpName = "NAME",
        Description = "The model's name: its folder in the models folder.",
        Required = true,
    };

    private static readonly Option<string?> Config = new("--config")
    {
        HelpName = "FILE",
        Description = "The diffusers config.json of the weights. [default: the one in the folder]",
    };

    private static readonly Option<string?> Family = new("--family")
    {
        HelpName = "NAME",
        Description = $"Whose scaling the latents have, where there is no config: {string.Join(", ", BuildOptions.Families)}.",
    };

    private static readonly Option<string> Store = new("--store")
    {
        HelpName = "fp32|fp16",
        Description = "How weights are stored: fp16 halves the file, and reports by how much outputs change.",
        DefaultValueFactory = _ => "fp32",
    };

    private static readonly Option<string> Net = new("--net") { HelpName = "squeeze|alex|vgg", Description = "The backbone.", Required = true };

    private static readonly Option<string> Backbone = new("--backbone")
    {
        HelpName = "FILE",
        Description = "torchvision checkpoint of the backbone: the whole model or its features.",
        Required = true,
    };

    private static readonly Option<string?> Heads = new("--heads") { HelpName = "FILE", Description = "Head weights of the lpips package (lin0.model.1.weight …)." };

    private static readonly Option<bool> Baseline = new("--baseline") { Description = "No learned heads: every channel weighs 1 (the package's lpips=False)." };

    private static readonly Option<string> Version = new("--version")
    {
        HelpName = "0.1|0.0",
        Description = "Version of the heads; 0.0 does not normalise its input.",
        DefaultValueFactory = _ => "0.1",
    };

    private static readonly Argument<string> Installed = new("MODEL") { Description = "A model's name or the path of its folder." };

    private static readonly Argument<ModelKind> Kind = new("KIND") { Description = "Decoder, encoder or lpips." };

    private static readonly Option<string> Closeness = new("--closeness") { HelpName = "TEXT", Description = "How close it comes to its teacher.", Required = true };

    public static Command Create()
    {
        var decoder = new Command("decoder", "VAE decoder: latents → images.") { Path, Name, Config, Family, Store, CommonOptions.Models };
        decoder.SetAction(parsed => BuildVae(parsed, DecoderBuilder.Build));
        var encoder = new Command("encoder", "VAE encoder: images → latents.") { Path, Name, Config, Family, Store, CommonOptions.Models };
        encoder.SetAction(parsed => BuildVae(parsed, EncoderBuilder.Build));
        var lpips = new Command("lpips", "LPIPS network: torchvision backbone + heads of the lpips package.")
        {
            Net, Backbone, Heads, Baseline, Version, Name, CommonOptions.Models,
        };
        lpips.SetAction(parsed => Built(parsed, BuildLpips(parsed)));

        var float16 = new Command("float16", "Adds the graph for --precision fp16 to an installed decoder or encoder.") { Installed, CommonOptions.Models };
        float16.SetAction(parsed => (int)AddFloat16(parsed));

        // For tools/preview only, which trains the built-in models.
        var preview = new Command("preview", "A built-in model, from what tools/preview trained.") { Kind, Path, Closeness, CommonOptions.Models };
        preview.Hidden = true;
        preview.SetAction(parsed => (int)BuildPreview(parsed));
        return new Command("build", "Checkpoint files → a model folder with ONNX graphs and manifest.") { decoder, encoder, lpips, float16, preview };
    }

    private static int BuildVae(ParseResult parsed, Func<string, string, string, BuildOptions?, Model> build)
    {
        var options = new BuildOptions
        {
            ConfigPath = parsed.GetValue(Config),
            Family = parsed.GetValue(Family),
            Storage = parsed.GetRequiredValue(Store) switch
            {
                "fp32" => WeightStorage.Float32,
                "fp16" => WeightStorage.Float16,
                var other => throw new UsageException($"--store {other}: expected fp32 or fp16."),
            },
        };
        return Built(parsed, folder => Measured(folder, options, (modelsFolder, withStorage) =>
            build(parsed.GetRequiredValue(Path), parsed.GetRequiredValue(Name), modelsFolder, withStorage)));
    }

    // Weights stored with fewer bits are held against the exact ones before the model is installed.
    private static Model Measured(string folder, BuildOptions options, Func<string, BuildOptions, Model> build)
    {
        var model = build(folder, options);
        if (options.Storage != WeightStorage.Float32)
        {
            var exact = build(System.IO.Path.Combine(folder, "exact"), options with { Storage = WeightStorage.Float32 });
            var (largest, range) = StorageError.Measure(exact, model);
            Console.Error.WriteLine(FormattableString.Invariant(
                $"Weights stored as float16: on a test input, outputs differ from float32's by at most {largest:g3}, of a range of {range:g3}."));
        }

        return model;
    }

    private static ExitCode AddFloat16(ParseResult parsed)
    {
        var model = Float16Builder.Add(CommonOptions.Store(parsed).Find(parsed.GetRequiredValue(Installed)));
        Console.WriteLine(model.Folder);
        Console.Error.WriteLine($"'{model.Name}' now has a graph in float16. By how much it moves scores: score a few samples with and without --precision fp16.");
        return ExitCode.Ok;
    }

    private static Func<string, Model> BuildLpips(ParseResult parsed)
    {
        var heads = parsed.GetValue(Heads);
        if (parsed.GetValue(Baseline) == heads is not null)
        {
            throw new UsageException("build lpips: give either --heads FILE (the lpips package's weights) or --baseline (none).");
        }

        var network = parsed.GetRequiredValue(Net) switch
        {
            "squeeze" => LpipsNetwork.Squeeze,
            "alex" => LpipsNetwork.Alex,
            "vgg" => LpipsNetwork.Vgg,
            var other => throw new UsageException($"--net {other}: expected squeeze, alex or vgg."),
        };
        var version = parsed.GetRequiredValue(Version);
        return version is "0.1" or "0.0"
            ? folder => LpipsBuilder.Build(network, parsed.GetRequiredValue(Backbone), heads, version, parsed.GetRequiredValue(Name), folder)
            : throw new UsageException($"--version {version}: expected 0.1 or 0.0.");
    }

    private static ExitCode BuildPreview(ParseResult parsed)
    {
        var kind = parsed.GetRequiredValue(Kind);
        Report(Installation.Install(CommonOptions.Store(parsed).Folders[0], DefaultModels.NameOf(kind), folder =>
            PreviewBuilder.Build(kind, parsed.GetRequiredValue(Path), folder, parsed.GetRequiredValue(Closeness))));
        return ExitCode.Ok;
    }

    private static int Built(ParseResult parsed, Func<string, Model> build)
    {
        var model = Installation.Install(CommonOptions.Store(parsed).Folders[0], parsed.GetRequiredValue(Name), build);
        Report(model);
        return (int)ExitCode.Ok;
    }

    /// <summary>Tells of a new model: its folder on stdout, what it is on stderr.</summary>
    public static void Report(Model model)
    {
        var manifest = model.Manifest;
        Console.WriteLine(model.Folder);
        Console.Error.WriteLine(manifest.Latent is { } latent
            ? $"{manifest.Architecture}: latents of {LatentText.Of(latent)}{Restriction(latent)}."
            : $"{manifest.Architecture}: {manifest.FeatureChannels!.Count} layers, images of at least {manifest.MinimumImageSize} pixels.");
    }

    private static string Restriction(LatentSpace latent) => latent switch
    {
        { CanConvert: true } => string.Empty,
        { PatchSize: > 1 } => " only (the full VAE's weights have the scaling)",
        _ => " only (no scaling is known; --family or --config states it)",
    };
}
