using System.Text.Json;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>A model as <c>models --json</c> lists it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Sha256">The hash that identifies its graphs.</param>
/// <param name="Manifest">Its manifest, as it lies in the folder.</param>
internal sealed record InstalledModel(string Name, string Folder, string Sha256, JsonElement Manifest)
{
    /// <summary>Reads a model's manifest again.</summary>
    public static InstalledModel Of(Model model) =>
        new(model.Name, model.Folder, model.Sha256, JsonElement.Parse(File.ReadAllBytes(Path.Combine(model.Folder, ModelManifest.FileName))));
}
