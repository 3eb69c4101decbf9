namespace PerceptualEval.ModelBuilder.Tests;

/// <summary>A folder of a test's own, removed with it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perceptual-eval-");

    public string Root => _folder.FullName;

    public string this[string entry] => Path.Combine(Root, entry);

    /// <summary>The names of everything in it, hidden entries too.</summary>
    public IEnumerable<string> Entries => _folder.EnumerateFileSystemInfos().Select(entry => entry.Name).Order(StringComparer.Ordinal);

    /// <summary>Copies a model's folder into this one, so that a test can damage it.</summary>
    public string CopyOf(Models.Model model)
    {
        var copy = Directory.CreateDirectory(this[model.Name]).FullName;
        foreach (var file in Directory.EnumerateFiles(model.Folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
