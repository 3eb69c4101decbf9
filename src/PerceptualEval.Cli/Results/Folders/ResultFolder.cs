using System.Globalization;

namespace PerceptualEval.Cli.Results.Folders;

/// <summary>Reads a folder that <c>--out DIR</c> made.</summary>
internal static class ResultFolder
{
    /// <summary>Reads manifest and parts, and checks every part's hash. A run still at work is read as far as it is.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="ResultException">It is no results folder, or a part is missing or changed.</exception>
    public static ResultSet Read(string path) => Read(path, ResultManifest.Read(path));

    /// <summary>Reads the parts of a manifest.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <exception cref="ResultException">A part is missing or changed.</exception>
    public static ResultSet Read(string path, ResultManifest manifest)
    {
        ResultRow[] rows = [.. manifest.Parts.SelectMany(part => ResultManifest.ReadPart(path, part))];
        return new ResultSet(
            path, [.. rows.Where(row => row.BadFile is null)], [.. rows.Where(row => row.BadFile is not null)], manifest.Provenance, manifest.Summary)
        {
            Manifest = manifest,
            Baseline = manifest.Run.GetValueOrDefault(ResultRun.BaselineField),
            Seed = long.TryParse(manifest.Run.GetValueOrDefault(ResultRun.SeedField), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed) ? seed : 0,
        };
    }
}
