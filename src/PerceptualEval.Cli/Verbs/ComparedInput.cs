using System.CommandLine;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>What <c>compare</c> compares, as the command line names it: checkpoints, or decoders.</summary>
/// <param name="Names">What results call them.</param>
/// <param name="Dataset">Their samples.</param>
/// <param name="OpenAgain">Opens the same samples once more.</param>
/// <param name="Load">Loads the models and makes the scoring, owned by the caller.</param>
/// <param name="Provenance">What the scores depend on, of that scoring and a batch size.</param>
internal sealed record ComparedInput(
    IReadOnlyList<string> Names, Dataset Dataset, Func<Dataset> OpenAgain, Func<ComparedScoring> Load, Func<ComparedScoring, BatchSize, ScoreProvenance> Provenance)
{
    public static Option<string[]> Pred { get; } = new("--pred")
    {
        HelpName = "NAME=P",
        Description = "A checkpoint and its predicted latents, a tensor file or a folder of them; once for each checkpoint. With --decoders, the latents without a name.",
    };

    public static Option<string?> Runs { get; } = new("--runs")
    {
        HelpName = "PATTERN",
        Description = "Checkpoints by a pattern in quotes, such as 'runs/*/latents': what the * stands for is the name.",
    };

    public static Option<string?> Pairs { get; } = new("--pairs")
    {
        HelpName = "FILE",
        Description = "CSV or JSONL with columns id, target, perhaps image, and one for each checkpoint, instead of --pred, --runs, --target and --images.",
    };

    public static Option<string?> Decoders { get; } = new("--decoders")
    {
        HelpName = "A,B",
        Description = "Compare decoders instead, on the latents of --pred and against the images that --images names.",
    };

    /// <summary>What is run, so that another run is told from it.</summary>
    public ResultRun Run(ScoreProvenance provenance, string baseline, ParseResult parsed)
    {
        var run = ResultOptions.RunOf("compare", provenance, Dataset, parsed, Runs, Pairs, ScoringOptions.Target, ScoringOptions.Images, Decoders);
        var asked = new SortedDictionary<string, string>(run.Asked.ToDictionary(), StringComparer.Ordinal)
        {
            ["pred"] = string.Join(ResultRun.Separator, parsed.GetValue(Pred) ?? []),
            ["names"] = string.Join(ResultRun.Separator, Names),
            [ResultRun.BaselineField] = baseline,
        };
        return run with { Asked = asked };
    }

    /// <summary>Opens the dataset that the command line names.</summary>
    /// <exception cref="UsageException">Options contradict each other, or one is missing.</exception>
    public static ComparedInput Open(ParseResult parsed) => parsed.GetValue(Decoders) is { } decoders
        ? OfDecoders(parsed, decoders.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        : OfCheckpoints(parsed);

    private static ComparedInput OfCheckpoints(ParseResult parsed)
    {
        var options = ScoringOptions.LossOptions(parsed);
        var store = CommonOptions.Store(parsed);
        var model = new Lazy<Model>(() => DefaultModels.Find(store, parsed.GetValue(CommonOptions.Decoder), ModelKind.Decoder));
        var open = parsed.GetValue(Pairs) is { } pairs ? OpeningPairs(pairs, parsed, model) : OpeningFolders(parsed, model);
        var (names, dataset) = open();
        ScoringOptions.RequireImagesIfWeighted(dataset, options.Weights);
        return new ComparedInput(
            names,
            dataset,
            () => open().Dataset,
            () => new CheckpointScoring(names, ScoringOptions.Load(parsed, model.Value, options, dataset, store), store),
            (scoring, batchSize) => Verbs.Provenance.Of(scoring.Loss, batchSize, ResultOptions.ShardOf(parsed)));
    }

    private static Func<(IReadOnlyList<string> Names, Dataset Dataset)> OpeningPairs(string pairs, ParseResult parsed, Lazy<Model> model)
    {
        if (GivenOf(parsed, Pred, Runs, ScoringOptions.Target, ScoringOptions.Images) is { } given)
        {
            throw new UsageException($"--pairs '{pairs}' names all files; {given.Name} can't be given beside it. Leave out one or the other.");
        }

        return () =>
        {
            var dataset = Dataset.OpenCheckpointPairs(pairs, Rules(parsed), Reading(parsed, "pred", model), Reading(parsed, "target", model), out var names);
            return (names, dataset);
        };
    }

    private static Func<(IReadOnlyList<string> Names, Dataset Dataset)> OpeningFolders(ParseResult parsed, Lazy<Model> model)
    {
        NamedPath[] checkpoints = [.. (parsed.GetValue(Pred) ?? []).Select(NamedPath.Parse), .. parsed.GetValue(Runs) is { } runs ? RunFolders.Find(runs) : []];
        if (checkpoints.Length == 0)
        {
            throw new UsageException("no checkpoints were given. Give --pred NAME=PATH for each, --runs 'runs/*/latents', or --pairs FILE.");
        }

        NamedPath.RequireUnique(checkpoints);
        var target = parsed.GetValue(ScoringOptions.Target) ?? throw new UsageException("--target is missing: checkpoints are compared by how close they come to it.");
        return () => (
            [.. checkpoints.Select(checkpoint => checkpoint.Name)],
            Dataset.OpenCheckpoints(
                target, checkpoints.Select(checkpoint => ($"--pred {checkpoint.Name}", checkpoint.Path)), parsed.GetValue(ScoringOptions.Images), Rules(parsed),
                Reading(parsed, "pred", model), Reading(parsed, "target", model)));
    }

    private static LatentReading Reading(ParseResult parsed, string side, Lazy<Model> model) => DatasetOptions.Reading(parsed, side).For(model, parsed);

    private static ComparedInput OfDecoders(ParseResult parsed, string[] decoders)
    {
        Refuse(parsed, CommonOptions.Decoder, Runs, Pairs, ScoringOptions.Target, ScoringOptions.LatentWeight, ScoringOptions.PerceptualWeight, ScoringOptions.InputWeight, CacheOptions.Folder);
        if (decoders.Length < 2 || decoders.Distinct(StringComparer.Ordinal).Count() < decoders.Length)
        {
            throw new UsageException($"--decoders {parsed.GetValue(Decoders)}: expected two or more different decoders, with commas between them.");
        }

        if (parsed.GetValue(Pred) is not [var latents] || parsed.GetValue(ScoringOptions.Images) is not { } images)
        {
            throw new UsageException("--decoders compares decoders on the same latents, against the original images. Give --pred LATENTS once, and --images.");
        }

        var store = CommonOptions.Store(parsed);
        var models = new Lazy<Model[]>(() => Array.ConvertAll(decoders, decoder => store.Find(decoder, ModelKind.Decoder)));
        var reading = Reading(parsed, "pred", new Lazy<Model>(() => models.Value[0]));
        Dataset OpenAgain() => Dataset.Open(
            [new("--pred", latents, SourceKind.Latent) { Reading = reading }, new("--images", images, SourceKind.Image) { Reading = reading }],
            Rules(parsed));
        var dataset = OpenAgain();
        RequireDifferentNames(models.Value);
        var units = UnitsFor(models.Value, dataset);
        var options = ScoringOptions.LossOptions(parsed) with { Weights = new LossWeights(0, 0, 1), Units = units };
        return new ComparedInput(
            [.. models.Value.Select(model => model.Name)],
            dataset,
            OpenAgain,
            () => LoadDecoders(parsed, models.Value, options, store),
            (scoring, batchSize) => Verbs.Provenance.Of(models.Value, scoring.Loss, batchSize, ResultOptions.ShardOf(parsed)));
    }

    // Fine-tuned copies of one decoder may lie in folders of one name; results would not tell them apart.
    private static void RequireDifferentNames(Model[] decoders)
    {
        if (decoders.GroupBy(decoder => decoder.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } same)
        {
            throw new UsageException($"--decoders: '{string.Join("' and '", same.Select(decoder => decoder.Folder))}' are both called '{same.Key}'. Build each under a name of its own.");
        }
    }

    private static DecoderScoring LoadDecoders(ParseResult parsed, Model[] decoders, LossOptions options, ModelStore store)
    {
        var lpips = DefaultModels.Find(store, parsed.GetValue(CommonOptions.Lpips), ModelKind.Lpips);
        DefaultModels.TellOfApproximations([.. decoders, lpips]);
        return DecoderScoring.Load(decoders, lpips, options, ExecutionChoice.Of(parsed), store);
    }

    private static LatentUnits UnitsFor(Model[] decoders, Dataset dataset)
    {
        var units = RunUnits.Of(decoders[0], dataset);
        if (Array.Find(decoders, decoder => decoder.Manifest.Latent is { CanConvert: false } space && space.Units != units) is { } other)
        {
            throw new UsageException($"decoder '{other.Name}' takes {Text(other.Manifest.Latent!.Units)} latents and knows no conversion; these are scored as {Text(units)}. Build it again with --config or --family.");
        }

        return dataset.Units is not null || Array.TrueForAll(decoders, decoder => decoder.Manifest.Latent!.Units == units)
            ? units
            : throw new UsageException($"the decoders take latents in different units, and the files do not say theirs. Give --units raw or model.");
    }

    private static DatasetRules Rules(ParseResult parsed) => DatasetOptions.Rules(parsed) with { Shard = ResultOptions.ShardOf(parsed) };

    private static string Text(LatentUnits units) => units.ToString().ToLowerInvariant();

    private static void Refuse(ParseResult parsed, params Option[] options)
    {
        if (GivenOf(parsed, options) is { } given)
        {
            throw new UsageException($"{given.Name} has no meaning with --decoders, which compares decoded latents with the original images. Leave it out.");
        }
    }

    private static Option? GivenOf(ParseResult parsed, params Option[] options) =>
        Array.Find(options, option => parsed.GetResult(option) is { Implicit: false });
}
