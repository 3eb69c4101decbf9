using System.CommandLine;
using PerceptualEval.Cli.Gates;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;

namespace PerceptualEval.Cli.Verbs;

/// <summary>The rows of an undivided run, and what that run made of them: it is one of <c>score</c>, or of <c>compare</c>.</summary>
/// <param name="rows">The rows of all shards.</param>
/// <param name="provenance">What they depend on.</param>
internal abstract class MergedResults(ResultSet rows, ScoreProvenance provenance)
{
    /// <summary>The summary, as a folder's manifest has it.</summary>
    public abstract byte[] Summary { get; }

    /// <summary>Whether the scores are finite.</summary>
    public abstract IReadOnlyList<Gate> Gates { get; }

    /// <summary>The rows.</summary>
    protected ResultSet Rows => rows;

    /// <summary>What they depend on.</summary>
    protected ScoreProvenance Provenance => provenance;

    /// <summary>Whether rows name their checkpoint.</summary>
    protected abstract bool HasCheckpoints { get; }

    /// <summary>Summarizes rows as their verb does.</summary>
    /// <param name="rows">The rows of all shards, with the manifest of one.</param>
    /// <param name="provenance">What they depend on.</param>
    /// <param name="cancellationToken">Stops the statistics.</param>
    /// <exception cref="ResultException">The verb has no results that merge.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static MergedResults Of(ResultSet rows, ScoreProvenance provenance, CancellationToken cancellationToken) => rows.Manifest!.Verb switch
    {
        "score" => new MergedScores(rows, provenance),
        "compare" => new MergedComparison(rows, provenance, cancellationToken),
        var verb => throw new ResultException(rows.Path, $"holds results of {verb}; expected those of score or compare."),
    };

    /// <summary>Writes a result file.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="OutputException">It can't be written.</exception>
    public void WriteFile(string path)
    {
        using var file = ScoreFile.Create(path, provenance, HasCheckpoints);
        WriteTo(file);
    }

    /// <summary>Writes standard output, as the verb would have.</summary>
    /// <param name="parsed">The command line: whether it gets JSON.</param>
    /// <exception cref="OutputException">It can't be written.</exception>
    public void Show(ParseResult parsed)
    {
        if (!parsed.GetValue(CommonOptions.Json))
        {
            ShowTable(ResultConsole.StandardOutput());
            return;
        }

        using var json = new JsonScoreWriter(new StandardOutput(Console.OpenStandardOutput()), provenance);
        WriteTo(json);
    }

    /// <summary>Ends a file or JSON whose rows are written.</summary>
    protected abstract void Complete(ScoreFile file);

    /// <summary>Prints the table.</summary>
    protected abstract void ShowTable(ResultConsole console);

    private void WriteTo(ScoreFile file)
    {
        foreach (var row in rows.Rows)
        {
            file.Write(row.Shown);
        }

        Complete(file);
    }
}
