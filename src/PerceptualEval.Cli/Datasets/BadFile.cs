namespace PerceptualEval.Cli.Datasets;

/// <summary>A sample that was passed over.</summary>
/// <param name="Sample">Its number in the dataset, from 0; where it is not known to be one, that of the sample after it.</param>
/// <param name="Id">Its id, or that of the files that should be one.</param>
/// <param name="Reason">Why; it names the file.</param>
internal sealed record BadFile(long Sample, string Id, string Reason);
