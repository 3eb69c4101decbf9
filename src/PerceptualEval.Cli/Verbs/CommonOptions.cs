using System.CommandLine;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>The options that several verbs share, and what the engine makes of them.</summary>
internal static class CommonOptions
{
    // 512 pixels at 1/8: what the older of these networks were trained on.
    private const int DefaultTile = 64;

    public static Option<string?> Models { get; } = new("--models")
    {
        HelpName = "DIR",
        Description = "Models folder; searched before $PERCEPTUAL_EVAL_MODELS, the user's data folder and the built-in models.",
    };

    public static Option<int?> Batch { get; } = NumberOption.CountOrAuto(
        "--batch", "Samples per run of a graph. More pays on a GPU and costs memory; score and compare with auto find out how many pay. [default: 1 on the CPU and for clips, 8 on CUDA]");

    public static Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object instead of a table." };

    public static Option<string?> Lpips { get; } = new("--lpips")
    {
        HelpName = "MODEL",
        Description = $"LPIPS model: a name or the path of a model folder. [default: {DefaultModels.Lpips}, an approximation of LPIPS-squeeze]",
    };

    public static Option<string?> Decoder { get; } = new("--decoder")
    {
        HelpName = "MODEL",
        Description = $"VAE decoder: a model's name or the path of its folder. [default: {DefaultModels.Decoder}, an approximation of TAEF2's]",
    };

    public static Option<string?> Units { get; } = new("--units")
    {
        HelpName = "raw|model",
        Description = "What the latent files hold: raw (what the VAE encoder returns) or model (scaled, what a diffusion model trains on). [default: what the decoder expects]",
    };

    public static Option<string?> Layout { get; } = new("--layout")
    {
        HelpName = "cthw|tchw",
        Description = "For a video decoder: whether clips lie in the files as [C,T,h,w] or [T,C,h,w], with or without a batch dimension. [default: cthw]",
    };

    public static Option<int?> Tile { get; } = new("--tile")
    {
        HelpName = "CELLS",
        Description = "Decode latents (also clips) larger than this in overlapping tiles of this many cells a side: less memory, slightly other images. 64 if no number is given. [default: as a whole]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The store that <c>--models</c> names.</summary>
    public static ModelStore Store(ParseResult parsed) => new(parsed.GetValue(Models));

    /// <summary>Samples per run.</summary>
    public static BatchSize BatchSize(ParseResult parsed, ExecutionDevice device, bool clips = false)
    {
        var asked = parsed.GetValue(Batch);
        var usual = clips || device.CudaDevice is null ? 1 : 8;
        return asked == NumberOption.Auto ? new BatchSize(usual, isAuto: true) : new BatchSize(asked ?? usual);
    }

    /// <summary>The units that the files hold; null for what the decoder expects.</summary>
    /// <exception cref="UsageException">They are neither raw nor model.</exception>
    public static LatentUnits? LatentUnits(ParseResult parsed) => parsed.GetValue(Units) switch
    {
        null => null,
        "raw" => PerceptualEval.Models.LatentUnits.Raw,
        "model" => PerceptualEval.Models.LatentUnits.Model,
        var other => throw new UsageException($"--units {other}: expected raw or model."),
    };

    /// <summary>How samples lie in the files: as images, or as clips where the decoder is a video's.</summary>
    /// <exception cref="UsageException">A layout is given for a decoder of images, or is neither cthw nor tchw.</exception>
    public static SampleLayout LayoutFor(ParseResult parsed, Model decoder) => (parsed.GetValue(Layout), decoder.Manifest.FrameBatching) switch
    {
        (null, null) => SampleLayout.Image,
        (null or "cthw", not null) => SampleLayout.ChannelsFrames,
        ("tchw", not null) => SampleLayout.FramesChannels,
        ("cthw" or "tchw", null) => throw new UsageException($"--layout is for clips; decoder '{decoder.Name}' takes images. Leave it out, or choose a video decoder."),
        var (other, _) => throw new UsageException($"--layout {other}: expected cthw or tchw."),
    };

    /// <summary>How large latents are decoded; null for as a whole.</summary>
    /// <exception cref="UsageException">The tile is too small.</exception>
    public static Tiling? Tiling(ParseResult parsed)
    {
        if (parsed.GetResult(Tile) is null)
        {
            return null;
        }

        var cells = parsed.GetValue(Tile) ?? DefaultTile;
        try
        {
            return new Tiling(cells);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new UsageException($"--tile {cells}: expected at least 8 latent cells.");
        }
    }
}
