using System.Runtime.CompilerServices;

namespace PerceptualEval.TestSupport;

/// <summary>The folder <c>shared/</c> beside the repository: real weights and reference numbers that are not part of it.</summary>
internal static class SharedFolder
{
    /// <summary>The repository's root, told by where this file was compiled.</summary>
    public static string Repository { get; } = Locate();

    private static readonly string Root = Path.GetFullPath(Path.Combine(Repository, "..", "shared"));

    /// <summary>Where a file of the shared folder lies; skips the running test, naming the file, where it does not exist.</summary>
    public static string Require(params string[] parts)
    {
        var path = Path.Combine([Root, .. parts]);
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"needs ../shared/{string.Join('/', parts)}, which is not here");
        return path;
    }

    private static string Locate([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
