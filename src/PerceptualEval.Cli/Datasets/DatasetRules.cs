namespace PerceptualEval.Cli.Datasets;

/// <summary>What happens to files that spoil a dataset.</summary>
/// <param name="AllowMissing">Whether what has no partner is left out, instead of refused (<c>--allow-missing</c>).</param>
/// <param name="Strict">Whether the first bad file ends the run, instead of being reported and passed over (<c>--strict</c>). Files given by name always do.</param>
/// <param name="ReasonsKept">How many bad files are remembered with their reason.</param>
/// <param name="Shard">The part of the samples to take; null for all.</param>
internal sealed record DatasetRules(bool AllowMissing = false, bool Strict = false, int ReasonsKept = BadFiles.ReasonsKept, Shard? Shard = null);
