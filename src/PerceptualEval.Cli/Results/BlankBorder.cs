using Spectre.Console;
using Spectre.Console.Rendering;

namespace PerceptualEval.Cli.Results;

/// <summary>Keeps a table's columns apart with spaces. Spectre's own style without borders leaves one, as many as a heading has.</summary>
internal sealed class BlankBorder : TableBorder
{
    /// <inheritdoc/>
    public override string GetPart(TableBorderPart part) => " ";
}
