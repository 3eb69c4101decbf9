using PerceptualEval.Models;

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
    public string CopyOf(Model model)
    {
        var copy = Directory.CreateDirectory(this[model.Name]).FullName;
        foreach (var file in Directory.EnumerateFiles(model.Folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    /// <summary>A copy of a model with another manifest.</summary>
    public Model With(Model model, Func<ModelManifest, ModelManifest> change)
    {
        var copy = CopyOf(model);
        change(model.Manifest).Save(Path.Combine(copy, ModelManifest.FileName));
        return Model.Open(copy);
    }

    /// <summary>A copy of a model whose manifest states another minimum image size.</summary>
    public Model WithMinimum(Model model, int minimum) => With(model, manifest => manifest with { MinimumImageSize = minimum });

    public void Dispose() => _folder.Delete(recursive: true);
}
