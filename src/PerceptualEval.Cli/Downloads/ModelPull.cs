using PerceptualEval.Cli.Verbs;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Downloads;

/// <summary>Gets models of the catalogue: fetches their official files, builds them, and only then puts them into the store.</summary>
/// <param name="store">Where the models go, and where installed ones are looked for.</param>
/// <param name="catalogue">The catalogue.</param>
/// <param name="options">How patient downloads are.</param>
internal sealed class ModelPull(ModelStore store, Catalogue catalogue, DownloadOptions options)
{
    private readonly string _modelsFolder = store.Folders[0];

    /// <summary>Gets models, one after another; what several of them need is fetched once.</summary>
    /// <param name="names">Names of the catalogue.</param>
    /// <param name="done">Told of each model, and whether it is new.</param>
    /// <param name="interrupt">Ctrl-C: what has arrived of a file stays, and a later run goes on from there.</param>
    /// <exception cref="UsageException">A name is not in the catalogue.</exception>
    /// <exception cref="DownloadException">A file can't be fetched, or is not the official one.</exception>
    /// <exception cref="ModelException">A model can't be built, or its place is taken.</exception>
    public async Task RunAsync(IReadOnlyList<string> names, Action<Model, bool> done, CancellationToken interrupt)
    {
        var recipes = names.Distinct().Select(name => new Recipe(name, catalogue.Find(name))).ToArray();
        using var download = new HttpDownload(options);
        var files = new OfficialFiles(_modelsFolder, catalogue, download);
        string[] needed = [.. recipes.SelectMany(recipe => recipe.Entry.Files).Distinct()];
        try
        {
            foreach (var recipe in recipes)
            {
                var installed = store.ModelFolders().FirstOrDefault(folder => Path.GetFileName(folder) == recipe.Name);
                var model = installed is null ? await InstallAsync(recipe, files, interrupt).ConfigureAwait(false) : Model.Open(installed);
                done(model, installed is null);
            }

            files.Remove(needed);
        }
        finally
        {
            files.RemoveEmptyFolders(needed);
        }
    }

    private async Task<Model> InstallAsync(Recipe recipe, OfficialFiles files, CancellationToken interrupt)
    {
        Installation.RequireFree(_modelsFolder, recipe.Name);
        foreach (var file in recipe.Entry.Files)
        {
            try
            {
                await files.GetAsync(file, interrupt).ConfigureAwait(false);
            }
            catch (DownloadException exception) when (exception.IsOffline)
            {
                throw new DownloadException(catalogue.Files[file].Url!, $"{exception.Problem}. {ByHand(recipe)}", exception);
            }
        }

        interrupt.ThrowIfCancellationRequested();
        var origins = recipe.Entry.Files.Select(file => catalogue.Files[file]).ToArray();
        var model = Installation.Install(_modelsFolder, recipe.Name, folder => recipe.Build(files.PathOf, folder), origins);
        files.Pin();
        return model;
    }

    private string ByHand(Recipe recipe) =>
        $"Without a network: fetch {string.Join(" and ", recipe.Entry.Files.Select(file => catalogue.Files[file].Url))} elsewhere, "
        + $"and run where they lie{(recipe.Entry.Config is null ? string.Empty : ", in a folder of their own")}: {recipe.Command()}";
}
