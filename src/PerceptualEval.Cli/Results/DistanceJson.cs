namespace PerceptualEval.Cli.Results;

/// <summary>The one object of <c>distance --json</c>.</summary>
internal static class DistanceJson
{
    /// <summary>Writes the distances and makes the output final.</summary>
    /// <param name="output">Where to write; stays the caller's.</param>
    /// <param name="provenance">What the distances depend on.</param>
    /// <param name="pairs">The pairs, in input order.</param>
    /// <exception cref="OutputException">They can't be written.</exception>
    public static void Write(Output output, DistanceProvenance provenance, IEnumerable<DistancePair> pairs)
    {
        var rows = new JsonRows(output, ResultJson.Bytes(provenance, ResultJson.Default.DistanceProvenance), "pairs"u8);
        foreach (var pair in pairs)
        {
            rows.Add(ResultJson.Bytes(pair, ResultJson.Default.DistancePair));
        }

        rows.End();
        output.Commit();
    }
}
