namespace PerceptualEval.Cli.Reports;

/// <summary>How a checkpoint's term differs from the baseline's, over the samples that both have.</summary>
/// <param name="Checkpoint">The checkpoint's name.</param>
/// <param name="Term">The <see cref="ReportTerm.Key"/>.</param>
/// <param name="Mean">The mean of checkpoint − baseline, in the unit of the term; below 0 the checkpoint is better.</param>
/// <param name="Low">The lower end of the 95 % interval of <paramref name="Mean"/>; null below two samples.</param>
/// <param name="High">Its upper end.</param>
/// <param name="WinRate">The share of samples in which the checkpoint is lower, 0 to 1.</param>
/// <param name="P">The p-value of no difference, corrected for the number of comparisons; null where not tested.</param>
/// <param name="Verdict">In words: better, worse, no difference shown.</param>
internal sealed record ReportDifference(
    string Checkpoint, string Term, double Mean, double? Low, double? High, double? WinRate, double? P, string Verdict);
