namespace PerceptualEval.Cli.Reports;

/// <summary>How a verdict reads at first glance; the page says it in words and with a sign, not by colour alone.</summary>
internal enum ReportTone
{
    /// <summary>Numbers, without a judgement.</summary>
    Neutral,

    /// <summary>Better, or nothing wrong.</summary>
    Good,

    /// <summary>Worse, or something to look at.</summary>
    Bad,
}
