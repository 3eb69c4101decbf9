using Spectre.Console;
using Spectre.Console.Rendering;

namespace PerceptualEval.Cli.Results;

/// <summary>Keeps a table's columns apart with spaces. Spectre's own border-less style leaves one space only, less than some headings have.</summary>
internal sealed class BlankBorder : TableBorder
{
    /// <inheritdoc/>
    public override string GetPart(TableBorderPart part) => " ";
}
