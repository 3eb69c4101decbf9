namespace PerceptualEval.Cli.Reports;

/// <summary>What a run found, in plain words.</summary>
/// <param name="Headline">One short sentence.</param>
/// <param name="Sentences">What else must be known to read the numbers, most important first.</param>
/// <param name="Tone">How it reads at first glance.</param>
internal sealed record ReportVerdict(string Headline, IReadOnlyList<string> Sentences, ReportTone Tone = ReportTone.Neutral);
