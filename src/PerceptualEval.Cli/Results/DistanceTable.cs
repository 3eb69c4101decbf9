using PerceptualEval.Statistics;
using Spectre.Console;

namespace PerceptualEval.Cli.Results;

/// <summary>Shows LPIPS distances to people, a pair's layers below it; of more than one pair also the mean.</summary>
internal static class DistanceTable
{
    /// <summary>Prints the distances.</summary>
    /// <param name="console">Where to print.</param>
    /// <param name="provenance">What the distances depend on.</param>
    /// <param name="pairs">The pairs, in input order.</param>
    public static void Write(ResultConsole console, DistanceProvenance provenance, IReadOnlyList<DistancePair> pairs)
    {
        console.WriteFacts(
        [
            ("lpips", provenance.Lpips.ToString()),
            ("ran on", $"{provenance.Device}, {provenance.Runtime}"),
        ]);

        var table = console.Columns("pair", ["distance"]);
        foreach (var pair in pairs)
        {
            table.AddRow(ResultConsole.Literal(pair.Id), Distance(pair.Distance));
            for (var layer = 0; layer < pair.Layers?.Count; layer++)
            {
                table.AddRow(new Text($"  layer {layer}", ResultConsole.Aside), Distance(pair.Layers[layer]));
            }
        }

        var finite = pairs.Where(pair => double.IsFinite(pair.Distance)).ToArray();
        if (pairs.Count > 1)
        {
            var mean = TermSummary.Of([.. finite.Select(pair => pair.Distance)]).Mean;
            table.AddEmptyRow();
            table.AddRow(
                new Text($"mean of {finite.Length}", ResultConsole.Answer),
                new Text(FourDigits.Format(mean), ResultConsole.Answer));
        }

        console.Write(table);
    }

    private static Text Distance(double distance) => double.IsFinite(distance)
        ? new Text(FourDigits.Format(distance))
        : new Text("not finite", ResultConsole.Alarm);
}
