using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests;

/// <summary>Copies of models in a test's own folder, to be damaged and changed.</summary>
internal static class ModelCopies
{
    /// <summary>Copies a model's folder into this one.</summary>
    public static string CopyOf(this TemporaryFolder folder, Model model)
    {
        foreach (var file in Directory.EnumerateFiles(model.Folder))
        {
            File.Copy(file, folder.Prepare($"{model.Name}/{Path.GetFileName(file)}"));
        }

        return folder[model.Name];
    }

    /// <summary>A copy of a model with another manifest.</summary>
    public static Model With(this TemporaryFolder folder, Model model, Func<ModelManifest, ModelManifest> change)
    {
        var copy = folder.CopyOf(model);
        change(model.Manifest).Save(Path.Combine(copy, ModelManifest.FileName));
        return Model.Open(copy);
    }

    /// <summary>A copy of a model whose manifest states another minimum image size.</summary>
    public static Model WithMinimum(this TemporaryFolder folder, Model model, int minimum) =>
        folder.With(model, manifest => manifest with { MinimumImageSize = minimum });
}
