using System.Text;

namespace PerceptualEval.Cli.Datasets.Pairs;

/// <summary>Splits a record of comma-separated values, in most files a line, as RFC 4180 has it.</summary>
internal static class CsvLine
{
    /// <summary>The fields, without their quotes; null where a quote is not closed.</summary>
    public static IReadOnlyList<string>? Split(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            switch (line[i])
            {
                case '"' when quoted && i + 1 < line.Length && line[i + 1] == '"':
                    field.Append('"');
                    i++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' when !quoted:
                    fields.Add(field.ToString());
                    field.Clear();
                    break;
                default:
                    field.Append(line[i]);
                    break;
            }
        }

        fields.Add(field.ToString());
        return quoted ? null : fields;
    }
}
