using System.Xml.Linq;
using PerceptualEval.Cli.Gates;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Tests.Gates;

public sealed class JUnitReportTests
{
    [Fact]
    public void Write_NamesThatXmlCantHold_AreReplacedAndOthersKept()
    {
        using var bytes = new MemoryStream();
        using var output = new StandardOutput(bytes);

        JUnitReport.Write(output, "compare", [new Gate("\U0001F600 <&> \ud800 \u0001", "half \udc00\ud83d") { Note = "3 \uffff" }]);

        var test = Assert.Single(XDocument.Parse(System.Text.Encoding.UTF8.GetString(bytes.ToArray())).Descendants("testcase"));
        Assert.Equal("\U0001F600 <&> \ufffd \ufffd", test.Attribute("name")!.Value);
        Assert.Equal("half \ufffd\ufffd", test.Element("failure")!.Attribute("message")!.Value);
        Assert.Equal("3 \ufffd", test.Element("system-out")!.Value);
    }
}
