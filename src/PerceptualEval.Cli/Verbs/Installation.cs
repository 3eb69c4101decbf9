using PerceptualEval.Cli.Downloads;
using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Puts a new model into a models folder: built beside its place and run once, so that what appears there is whole and works.</summary>
internal static class Installation
{
    /// <summary>Builds a model, records what it gives for a small input, and puts it into the models folder.</summary>
    /// <param name="modelsFolder">The models folder; made where it does not exist.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="build">Builds the model in the folder that it is given, under that name.</param>
    /// <param name="origins">The official files that it is built from, for models whose files are recognised by nothing else.</param>
    /// <exception cref="ModelException">The name is taken, the model can't be built, or the folder can't be written.</exception>
    /// <exception cref="InferenceException">The runtime does not take the model.</exception>
    public static Model Install(string modelsFolder, string name, Func<string, Model> build, params IReadOnlyCollection<CatalogueFile> origins)
    {
        var target = RequireFree(modelsFolder, name);
        var unfinished = Path.Combine(modelsFolder, $".new.{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(unfinished);
            var model = build(unfinished);
            var manifest = model.Manifest with
            {
                Check = Record(model),
                Licence = model.Manifest.Licence ?? Joined(" AND ", origins.Select(file => file.Licence)),
                Source = model.Manifest.Source ?? Joined("; ", origins.Select(file => file.Origin)),
            };
            manifest.Save(Path.Combine(model.Folder, ModelManifest.FileName));
            Directory.Move(model.Folder, target);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"'{target}' can't be written: {exception.Message.TrimEnd('.')}. Choose another folder with --models.", exception);
        }
        finally
        {
            Remove(unfinished);
        }

        return Model.Open(target);
    }

    /// <summary>Fails early, before any work, where there is something of that name already.</summary>
    /// <returns>Where the model will be.</returns>
    /// <exception cref="ModelException">The name is taken.</exception>
    public static string RequireFree(string modelsFolder, string name)
    {
        // Names that can't be a folder's are refused by the builders.
        var target = Path.Combine(modelsFolder, name);
        return name.Length == 0 || name[0] == '.' || !Path.Exists(target)
            ? target
            : throw new ModelException($"'{target}' exists already. Choose another --name, or remove the folder first.");
    }

    // JSON has no NaN; and weights that make one from a plain input are worth a word, but someone may want to look into just that.
    private static RecordedOutput? Record(Model model)
    {
        var output = ModelTrial.Run(model);
        if (output.Values.All(double.IsFinite))
        {
            return output;
        }

        Console.Error.WriteLine($"perceptual-eval: model '{model.Name}' gives values that are not finite for a plain input; 'models --verify' will not run it.");
        return null;
    }

    private static string? Joined(string separator, IEnumerable<string> parts) => string.Join(separator, parts.Distinct()) is { Length: > 0 } joined ? joined : null;

    private static void Remove(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What made the writing fail may keep the rest from going; the first error is the one to report.
        }
    }
}
