namespace PerceptualEval.Cli;

/// <summary>What the process ends with; scripts depend on these numbers.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>A gate failed: a score over the limit, or samples that are not finite.</summary>
    GateFailed = 1,

    /// <summary>Wrong usage or bad input; nothing was scored because of it.</summary>
    BadInput = 2,

    /// <summary>A fault while running.</summary>
    Fault = 3,

    /// <summary>Ctrl-C; the results so far are kept.</summary>
    Interrupted = 130,
}
