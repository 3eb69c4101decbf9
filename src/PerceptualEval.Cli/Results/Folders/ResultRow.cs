namespace PerceptualEval.Cli.Results.Folders;

/// <summary>One row of results: a sample's score, or that its files could not be read. A comparison has several rows for a sample.</summary>
/// <param name="Sample">The sample's number in the whole dataset, from 0; for a bad file, that of the sample after it or its own.</param>
/// <param name="Checkpoint">Whose score it is; null where one only was scored.</param>
/// <param name="Score">The sample's id and its values; all null for a bad file.</param>
internal sealed record ResultRow(long Sample, string? Checkpoint, ScoreRow Score)
{
    /// <summary>Why the sample was passed over; null for a scored one.</summary>
    public string? BadFile { get; init; }

    /// <summary>The sample's id.</summary>
    public string Id => Score.Id;

    /// <summary>The score as outputs show it: with its checkpoint, where it has one.</summary>
    public ScoreRow Shown => Score with { Checkpoint = Checkpoint };

    /// <summary>The row of a sample that was passed over.</summary>
    /// <param name="sample">Its number.</param>
    /// <param name="id">Its id.</param>
    /// <param name="reason">Why.</param>
    public static ResultRow PassedOver(long sample, string id, string reason) =>
        new(sample, null, new ScoreRow(id, null, null, null, null, null)) { BadFile = reason };
}
