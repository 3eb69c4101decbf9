using System.Text;

namespace PerceptualEval.Cli.Results;

/// <summary>
/// Writes the object of the JSON contract as its rows come: schema, provenance, then one row a line, so that the file can be
/// searched and compared line by line and need not fit in memory.
/// </summary>
internal sealed class JsonRows
{
    private readonly Output _output;
    private bool _hasRows;

    /// <summary>Writes the beginning.</summary>
    /// <param name="output">Where to write; stays the caller's.</param>
    /// <param name="provenance">What the results depend on, as JSON.</param>
    /// <param name="name">The name of the rows: <c>samples</c> or <c>pairs</c>.</param>
    public JsonRows(Output output, ReadOnlySpan<byte> provenance, ReadOnlySpan<byte> name)
    {
        _output = output;
        output.Write("{\n\"schema\":1,\n\"provenance\":"u8);
        output.Write(provenance);
        output.Write(",\n\""u8);
        output.Write(name);
        output.Write("\":["u8);
    }

    /// <summary>Writes one row.</summary>
    public void Add(ReadOnlySpan<byte> row)
    {
        _output.Write(_hasRows ? ",\n"u8 : "\n"u8);
        _output.Write(row);
        _hasRows = true;
    }

    /// <summary>Writes the end.</summary>
    /// <param name="sections">What follows the rows.</param>
    public void End(params IReadOnlyList<ResultSection> sections)
    {
        _output.Write(_hasRows ? "\n]"u8 : "]"u8);
        foreach (var section in sections)
        {
            _output.Write(Encoding.UTF8.GetBytes($",\n\"{section.Name}\":"));
            _output.Write(section.Json);
        }

        _output.Write("\n}\n"u8);
    }
}
