using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Auditing.Writing;

/// <summary>The file of <c>audit --out</c>: opened before the audit, so that one that can't be written ends it early, and whole or not there at all.</summary>
internal sealed class AuditFile : IDisposable
{
    private readonly Output _output;
    private readonly Action<Output, AuditResult> _write;

    /// <summary>Opens a file of the kind that its extension names, and proves that it can be written.</summary>
    /// <param name="path">A <c>.json</c>, <c>.jsonl</c> or <c>.csv</c> file; an existing one is replaced.</param>
    /// <exception cref="OutputException">The extension is another, or the file can't be written.</exception>
    public AuditFile(string path)
    {
        var extension = Path.GetExtension(path);
        _write = extension.ToLowerInvariant() switch
        {
            ".json" => AuditJson.Write,
            ".jsonl" => AuditJson.WriteLines,
            ".csv" => AuditCsv.Write,
            _ => throw new OutputException(path, $"its extension '{extension}' names no format; use .json, .jsonl or .csv."),
        };
        _output = new ReplacedFile(path);
    }

    /// <summary>Writes an audit.</summary>
    /// <exception cref="OutputException">It can't be written.</exception>
    public void Write(AuditResult result) => _write(_output, result);

    /// <inheritdoc/>
    public void Dispose() => _output.Dispose();
}
