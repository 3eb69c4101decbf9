namespace PerceptualEval.Cli.Reports;

/// <summary>Everything that a report shows, whichever verb it comes from: <c>score</c>, <c>compare</c>, <c>audit</c> or a folder of results.</summary>
internal sealed record ReportData
{
    /// <summary>What the report is about, for the browser's title: the verb and its inputs.</summary>
    public required string Title { get; init; }

    /// <summary>What was found, in plain words.</summary>
    public required ReportVerdict Verdict { get; init; }

    /// <summary>What was measured; empty where nothing was.</summary>
    public required IReadOnlyList<ReportTerm> Terms { get; init; }

    /// <summary>What was scored, the baseline first; empty where nothing was.</summary>
    public required IReadOnlyList<ReportCheckpoint> Checkpoints { get; init; }

    /// <summary>What the numbers depend on: names and values.</summary>
    public required IReadOnlyList<(string Name, string Value)> Facts { get; init; }

    /// <summary>How checkpoints differ from the first; empty where there is one.</summary>
    public IReadOnlyList<ReportDifference> Differences { get; init; } = [];

    /// <summary>What is wrong with a dataset, worst first; null where nobody looked.</summary>
    public IReadOnlyList<ReportFinding>? Findings { get; init; }

    /// <summary>The samples worth looking at.</summary>
    public Gallery Gallery { get; init; } = Gallery.None;
}
