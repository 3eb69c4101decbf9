namespace PerceptualEval.Cli.Reports;

/// <summary>How bad a finding is.</summary>
internal enum FindingTone
{
    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>Probably wrong.</summary>
    Warning,

    /// <summary>Wrong: results that rest on it are, too.</summary>
    Error,
}
