namespace PerceptualEval.Cli.Auditing;

/// <summary>How much a finding matters.</summary>
internal enum FindingSeverity
{
    /// <summary>Good to know; nothing is wrong.</summary>
    Note,

    /// <summary>Probably wrong, but there are datasets where it is not.</summary>
    Warning,

    /// <summary>Wrong: a model that trains on it learns something false, or nothing. Makes the audit exit 1.</summary>
    Error,
}
