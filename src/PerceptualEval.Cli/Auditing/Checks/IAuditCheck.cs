namespace PerceptualEval.Cli.Auditing.Checks;

/// <summary>Looks for one kind of defect in what the passes over a dataset have found.</summary>
internal interface IAuditCheck
{
    /// <summary>Looks for the defect.</summary>
    /// <returns>Findings in the order of the samples; none where all is well.</returns>
    public IEnumerable<Finding> Find(AuditedDataset dataset);
}
