namespace PerceptualEval.Cli.Tests.Results;

/// <summary>A folder of a test's own, removed with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perceptual-eval-");

    public string this[string file] => Path.Combine(_folder.FullName, file);

    public IEnumerable<string> Files => _folder.EnumerateFileSystemInfos().Select(entry => entry.Name).Order(StringComparer.Ordinal);

    public void Dispose() => _folder.Delete(recursive: true);
}
