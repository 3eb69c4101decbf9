namespace PerceptualEval.Cli.Inspection;

/// <summary>What a folder's files are, by their headers.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Files">How many files it has, folders within included.</param>
/// <param name="Groups">Files that are alike, the largest group first.</param>
/// <param name="Unreadable">The first files that can't be read, and why.</param>
/// <param name="UnreadableCount">How many can't be read.</param>
/// <param name="Command">How to score the latents of the largest group; null where there are none.</param>
internal sealed record FolderInspection(
    string Path, long Files, IReadOnlyList<FileGroupSummary> Groups, IReadOnlyList<string> Unreadable, long UnreadableCount, string? Command)
{
    /// <summary>The version of this object in JSON.</summary>
    public int Schema { get; } = 1;
}
