using System.Text.Json.Serialization;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Auditing.Writing;

/// <summary>How audits are written as JSON: names in snake_case, severities and kinds in kebab-case.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(NonFiniteAsNull), typeof(KebabCaseNames<FindingSeverity>), typeof(KebabCaseNames<FindingKind>)])]
[JsonSerializable(typeof(AuditProvenance))]
[JsonSerializable(typeof(AuditCounts))]
[JsonSerializable(typeof(Finding))]
internal sealed partial class AuditJson : JsonSerializerContext
{
    /// <summary>Writes the one object of <c>audit --json</c>, one finding a line, and makes the output final.</summary>
    /// <param name="output">Where to write; stays the caller's.</param>
    /// <param name="result">The audit.</param>
    /// <exception cref="OutputException">It can't be written.</exception>
    public static void Write(Output output, AuditResult result)
    {
        output.Write("{\n\"schema\":1,\n\"provenance\":"u8);
        output.Write(ResultJson.Bytes(result.Provenance, Default.AuditProvenance));
        output.Write(",\n\"counts\":"u8);
        output.Write(ResultJson.Bytes(result.Counts, Default.AuditCounts));
        output.Write(",\n\"findings\":["u8);
        var separator = "\n"u8;
        foreach (var finding in result.Findings)
        {
            output.Write(separator);
            output.Write(ResultJson.Bytes(finding, Default.Finding));
            separator = ",\n"u8;
        }

        output.Write("\n]\n}\n"u8);
        output.Commit();
    }

    /// <summary>Writes one object a line and finding, and makes the output final.</summary>
    /// <param name="output">Where to write; stays the caller's.</param>
    /// <param name="result">The audit.</param>
    /// <exception cref="OutputException">It can't be written.</exception>
    public static void WriteLines(Output output, AuditResult result)
    {
        foreach (var finding in result.Findings)
        {
            output.Write([.. ResultJson.Bytes(finding, Default.Finding), (byte)'\n']);
        }

        output.Commit();
    }
}
