using System.CommandLine;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Encoders;
using PerceptualEval.ModelBuilder.Perceptual;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>build</c>: checkpoint files → a model folder.</summary>
internal static class BuildVerb
{
    private static readonly Argument<string> Path = new("PATH")
    {
        Description = "Checkpoint: .pth, .pt, .ckpt, .bin or .safetensors. Network and channels are told by its tensors.",
    };

    private static readonly Option<string> Name = new("--name")
    {
        HelpName = "NAME",
        Description = "The model's name: its folder in the models folder.",
        Required = true,
    };

    private static readonly Option<string?> Config = new("--config")
    {
        HelpName = "FILE", Description = "The checkpoint's diffusers config.json, where its tensors don't tell everything.",
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

    public static Command Create()
    {
        var decoder = new Command("decoder", "VAE decoder: latents → images.") { Path, Name, Config, CommonOptions.Models };
        decoder.SetAction(parsed => Built(
            DecoderBuilder.Build(parsed.GetRequiredValue(Path), parsed.GetRequiredValue(Name), Folder(parsed), parsed.GetValue(Config))));
        var encoder = new Command("encoder", "VAE encoder: images → latents.") { Path, Name, CommonOptions.Models };
        encoder.SetAction(parsed => Built(EncoderBuilder.Build(parsed.GetRequiredValue(Path), parsed.GetRequiredValue(Name), Folder(parsed))));
        var lpips = new Command("lpips", "LPIPS network: torchvision backbone + heads of the lpips package.")
        {
            Net, Backbone, Heads, Baseline, Version, Name, CommonOptions.Models,
        };
        lpips.SetAction(parsed => Built(BuildLpips(parsed)));
        return new Command("build", "Checkpoint files → a model folder with ONNX graphs and manifest.") { decoder, encoder, lpips };
    }

    private static Model BuildLpips(ParseResult parsed)
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
            ? LpipsBuilder.Build(network, parsed.GetRequiredValue(Backbone), heads, version, parsed.GetRequiredValue(Name), Folder(parsed))
            : throw new UsageException($"--version {version}: expected 0.1 or 0.0.");
    }

    private static string Folder(ParseResult parsed) => CommonOptions.Store(parsed).Folders[0];

    private static int Built(Model model)
    {
        var manifest = model.Manifest;
        Console.WriteLine(model.Folder);
        Console.Error.WriteLine(manifest.Latent is { } latent
            ? $"{manifest.Architecture}: latents of {LatentText.Of(latent)}."
            : $"{manifest.Architecture}: {manifest.FeatureChannels!.Count} layers, images of at least {manifest.MinimumImageSize} pixels.");
        return (int)ExitCode.Ok;
    }
}
