using System.CommandLine;
using System.Globalization;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Formats;
using PerceptualEval.Cli.Images;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>The options that say how files of latents and images are read, and what happens to bad ones.</summary>
internal static class DatasetOptions
{
    public static Option<bool> AllowMissing { get; } = new("--allow-missing") { Description = "Leave out what has no partner instead of refusing." };

    public static Option<bool> Strict { get; } = new("--strict")
    {
        Description = "Stop at the first file of a folder that can't be read, instead of reporting it, going on and exiting 1.",
    };

    public static Option<string[]> Format { get; } = new("--format")
    {
        HelpName = "[pred=|target=]NAME",
        Description = $"Read latents as written by NAME instead of recognising the writer: {string.Join(", ", LatentFormats.Names)}.",
    };

    public static Option<string?> Posterior { get; } = new("--posterior")
    {
        HelpName = "mean|sample",
        Description = "What to take of a VAE posterior. Given, plain tensors of twice the decoder's channels are posteriors, too. [default: mean]",
    };

    public static Option<long> Seed { get; } = new("--seed")
    {
        HelpName = "N",
        Description = "Seed of --posterior sample (a sample's noise depends on it and the sample's id alone), and of the intervals of a comparison.",
    };

    public static Option<string?> Size { get; } = new("--size")
    {
        HelpName = "HxW",
        Description = "The size in pixels of the images whose latents are packed and do not say it.",
    };

    /// <summary>What happens to files that spoil a dataset.</summary>
    public static DatasetRules Rules(ParseResult parsed) => new(parsed.GetValue(AllowMissing), parsed.GetValue(Strict));

    /// <summary>What the user says of latents.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="side">Which latents: <c>pred</c> or <c>target</c>; null where there is one kind only.</param>
    /// <exception cref="UsageException">An option has no such value.</exception>
    public static LatentReading Reading(ParseResult parsed, string? side) => new()
    {
        Format = FormatOf(parsed, side),
        Units = CommonOptions.LatentUnits(parsed),
        Posterior = parsed.GetValue(Posterior) switch
        {
            null => null,
            "mean" => PosteriorReading.Mean,
            "sample" => PosteriorReading.Sample,
            var other => throw new UsageException($"--posterior {other}: expected mean or sample."),
        },
        Seed = parsed.GetValue(Seed),
        Size = parsed.GetValue(Size) is { } size ? ParseSize(size) : null,
    };

    /// <summary>The same, for the decoder that the latents are meant for.</summary>
    /// <param name="reading">What the user says of latents.</param>
    /// <param name="decoder">The decoder. It is not looked up before a file is read: a wrong path is reported first.</param>
    /// <param name="parsed">The command line.</param>
    public static LatentReading For(this LatentReading reading, Lazy<Model> decoder, ParseResult parsed) => reading with
    {
        Decoder = new Lazy<(LatentSpace?, SampleLayout)>(() => (decoder.Value.Manifest.Latent, CommonOptions.LayoutFor(parsed, decoder.Value))),
    };

    private static string? FormatOf(ParseResult parsed, string? side)
    {
        string? forAll = null;
        string? forSide = null;
        foreach (var value in parsed.GetValue(Format) ?? [])
        {
            var parts = value.Split('=', 2);
            var name = parts[^1];
            if (!LatentFormats.Names.Contains(name) || (parts.Length == 2 && (side is null || parts[0] is not ("pred" or "target"))))
            {
                throw new UsageException($"--format {value}: expected one of {string.Join(", ", LatentFormats.Names)}{(side is null ? "" : ", perhaps after pred= or target=")}.");
            }

            (forAll, forSide) = parts.Length == 1 ? (name, forSide) : (forAll, parts[0] == side ? name : forSide);
        }

        return forSide ?? forAll;
    }

    private static ImageSize ParseSize(string text)
    {
        var parts = text.Split('x');
        return parts.Length == 2 && TryParseSide(parts[0], out var height) && TryParseSide(parts[1], out var width)
            ? new ImageSize(height, width)
            : throw new UsageException($"--size {text}: expected height and width in pixels, such as 768x1024.");
    }

    private static bool TryParseSide(string text, out int side) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side > 0;
}
