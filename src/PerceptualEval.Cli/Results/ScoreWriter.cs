namespace PerceptualEval.Cli.Results;

/// <summary>Takes the scores of a run one by one and puts them out: as a table, on standard output, to a file.</summary>
internal abstract class ScoreWriter : IDisposable
{
    /// <summary>Adds a sample, in input order.</summary>
    /// <param name="id">The sample's id.</param>
    /// <param name="sample">Its loss and terms.</param>
    /// <param name="nonFinite">Why a value is not finite, such as <c>pred: 3 NaN of 4096 values</c>; ignored where all are.</param>
    /// <exception cref="OutputException">It can't be written.</exception>
    public void Write(string id, SampleLoss sample, string? nonFinite = null) => Write(ScoreRow.Of(id, sample, nonFinite));

    /// <summary>Adds a sample, in input order.</summary>
    /// <exception cref="OutputException">It can't be written.</exception>
    public abstract void Write(ScoreRow row);

    /// <summary>Ends the results and makes them final; those of an interrupted run too.</summary>
    /// <param name="summary">The summary of the samples that were written.</param>
    /// <param name="badFiles">How many samples were passed over because their files are bad.</param>
    /// <exception cref="OutputException">It can't be written.</exception>
    public abstract void Complete(LossSummary summary, long badFiles = 0);

    /// <summary>Closes the output. Without <see cref="Complete"/>, a file that is of use only when whole is not made.</summary>
    public abstract void Dispose();
}
