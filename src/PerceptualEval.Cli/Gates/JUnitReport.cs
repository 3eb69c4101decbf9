using System.Globalization;
using System.Text;
using System.Xml;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Gates;

/// <summary>Writes gates as JUnit XML, which CI systems show as tests: one test case a gate.</summary>
internal static class JUnitReport
{
    private static readonly XmlWriterSettings Settings = new() { Indent = true, Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), NewLineChars = "\n" };

    /// <summary>Writes the report and makes the output final.</summary>
    /// <param name="output">Where to write; stays the caller's.</param>
    /// <param name="verb">The verb that ran.</param>
    /// <param name="gates">Its gates.</param>
    /// <exception cref="OutputException">It can't be written.</exception>
    public static void Write(Output output, string verb, IReadOnlyList<Gate> gates)
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, Settings))
        {
            var suite = $"perceptual-eval {verb}";
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", suite);
            xml.WriteAttributeString("tests", gates.Count.ToString(CultureInfo.InvariantCulture));
            xml.WriteAttributeString("failures", gates.Count(gate => !gate.IsMet).ToString(CultureInfo.InvariantCulture));
            xml.WriteAttributeString("errors", "0");
            foreach (var gate in gates)
            {
                WriteCase(xml, suite, gate);
            }
        }

        output.Write(bytes.ToArray());
        output.Write("\n"u8);
        output.Commit();
    }

    private static void WriteCase(XmlWriter xml, string suite, Gate gate)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", suite);
        xml.WriteAttributeString("name", Valid(gate.Name));
        if (gate.Failure is { } failure)
        {
            xml.WriteStartElement("failure");
            xml.WriteAttributeString("message", Valid(failure));
            xml.WriteEndElement();
        }

        if (gate.Note is { } note)
        {
            xml.WriteElementString("system-out", Valid(note));
        }

        xml.WriteEndElement();
    }

    // Names may hold characters that XML has no way to write.
    private static string Valid(string text) => string.Concat(text.EnumerateRunes().Select(rune => IsValid(rune) ? rune : Rune.ReplacementChar));

    // Beyond the first plane all are; half a pair has become U+FFFD by now.
    private static bool IsValid(Rune rune) => !rune.IsBmp || XmlConvert.IsXmlChar((char)rune.Value);
}
