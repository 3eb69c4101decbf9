using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Gates;

/// <summary>The files for CI that a run was asked for; opened before the work starts, so that a wrong path is found then.</summary>
internal sealed class RunReports : IDisposable
{
    private readonly Output? _junit;
    private readonly Output? _summary;

    private RunReports(Output? junit, Output? summary) => (_junit, _summary) = (junit, summary);

    /// <summary>Opens the files, and proves that they can be written.</summary>
    /// <param name="junit">The file of <c>--junit</c>, or null.</param>
    /// <param name="summary">The file of <c>--summary</c>, or null.</param>
    /// <exception cref="OutputException">One can't.</exception>
    public static RunReports Open(string? junit, string? summary)
    {
        var opened = junit is null ? null : new ReplacedFile(junit);
        try
        {
            return new RunReports(opened, summary is null ? null : new ReplacedFile(summary));
        }
        catch
        {
            opened?.Dispose();
            throw;
        }
    }

    /// <summary>Writes them. A run that fails or is interrupted writes none, and older files stay: delete them before, or go by the exit code.</summary>
    /// <param name="verb">The verb that ran.</param>
    /// <param name="gates">Its gates.</param>
    /// <param name="summary">Its summary, made of those gates.</param>
    /// <exception cref="OutputException">One can't be written.</exception>
    public void Write(string verb, IReadOnlyList<Gate> gates, MarkdownSummary summary)
    {
        if (_junit is not null)
        {
            JUnitReport.Write(_junit, verb, gates);
        }

        if (_summary is not null)
        {
            summary.Write(_summary);
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        _junit?.Dispose();
        _summary?.Dispose();
    }
}
