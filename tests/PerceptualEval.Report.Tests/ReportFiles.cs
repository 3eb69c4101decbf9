using System.Collections.Concurrent;
using PerceptualEval.Cli.Reports;
using PerceptualEval.Cli.Results;
using PerceptualEval.Report.Tests;
using PerceptualEval.TestSupport;

[assembly: AssemblyFixture(typeof(ReportFiles))]

namespace PerceptualEval.Report.Tests;

/// <summary>Reports as files, each written when it is first asked for.</summary>
public sealed class ReportFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<string, Lazy<string>> _written = new();

    internal string Score => File("score", () => SampleReports.Score(300));

    internal string ScoreOfTenThousand => File("score-10000", () => SampleReports.Score(10_000));

    internal string Compare => File("compare", () => SampleReports.Compare(4, 300));

    internal string Audit => File("audit", SampleReports.Audit);

    internal string AuditOfValues => File("audit-of-values", SampleReports.AuditOfValues);

    internal string Hostile => File("hostile", SampleReports.Hostile);

    /// <summary>Writes a report.</summary>
    internal string File(string name, Func<ReportData> data) => _written.GetOrAdd(name, _ => new(() =>
    {
        var path = _folder[$"{name}.html"];
        using var output = new ReplacedFile(path);
        ReportPage.Write(output, data());
        output.Commit();
        return path;
    })).Value;

    public void Dispose() => _folder.Dispose();
}
