namespace PerceptualEval.Models;

/// <summary>Finds models by name: in the folder given, then in <c>PERCEPTUAL_EVAL_MODELS</c>, the user's data folder, and the built-in ones.</summary>
public sealed class ModelStore
{
    /// <summary>The environment variable that names a models folder.</summary>
    public const string EnvironmentVariable = "PERCEPTUAL_EVAL_MODELS";

    /// <summary>Creates a store over the usual folders.</summary>
    /// <param name="folder">A models folder that is searched first and that new models go to; null for the usual ones only.</param>
    public ModelStore(string? folder = null)
    {
        var user = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "perceptual-eval", "models");
        string?[] folders = [folder, Environment.GetEnvironmentVariable(EnvironmentVariable), user, Path.Combine(AppContext.BaseDirectory, "models")];
        Folders = [.. folders.OfType<string>().Where(path => path.Length > 0).Select(Path.GetFullPath).Distinct()];
    }

    /// <summary>The folders that are searched, in order. The first is where new models are put.</summary>
    public IReadOnlyList<string> Folders { get; }

    /// <summary>All models found, by folder order and then by name; a name that an earlier folder has is not listed again.</summary>
    /// <returns>The models whose manifests can be read; folders with damaged manifests are passed over here and refused by <see cref="Find"/>.</returns>
    public IReadOnlyList<Model> List() => [.. ModelFolders().Select(TryOpen).OfType<Model>()];

    /// <summary>The folders that hold a model, readable or not, by folder order and then by name; a name that an earlier folder has is not listed again.</summary>
    public IEnumerable<string> ModelFolders() => Folders
        .Where(Directory.Exists)
        .SelectMany(store => Directory.EnumerateDirectories(store).Order(StringComparer.Ordinal))
        .Where(folder => File.Exists(Path.Combine(folder, ModelManifest.FileName)))
        .DistinctBy(Path.GetFileName);

    /// <summary>Finds a model by name or by the path of its folder.</summary>
    /// <param name="nameOrFolder">A model's name, or a folder with a manifest.</param>
    /// <param name="kind">The kind that is needed; where it is <see cref="ModelKind.Lpips"/>, a pairwise model will do. Null (the default) for any.</param>
    /// <exception cref="ModelException">There is no such model (the message lists those there are), or it is of another kind.</exception>
    public Model Find(string nameOrFolder, ModelKind? kind = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFolder);
        var isPath = nameOrFolder.AsSpan().ContainsAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        var candidates = isPath ? [nameOrFolder] : Folders.Select(folder => Path.Combine(folder, nameOrFolder)).Append(nameOrFolder);
        var found = candidates.FirstOrDefault(folder => File.Exists(Path.Combine(folder, ModelManifest.FileName)))
            ?? throw new ModelException(Unknown(nameOrFolder, kind));
        var model = Model.Open(found);
        return Serves(model, kind)
            ? model
            : throw new ModelException(
                $"model '{nameOrFolder}' ({model.Folder}) is of kind {Word(model.Manifest.Kind)}; this needs one of kind {Word(kind)}. {Installed(kind)}");
    }

    private static bool Serves(Model model, ModelKind? kind) =>
        kind is null || model.Manifest.Kind == kind || (kind == ModelKind.Lpips && model.Manifest.Kind == ModelKind.Pairwise);

    private static Model? TryOpen(string folder)
    {
        try
        {
            return Model.Open(folder);
        }
        catch (ModelException)
        {
            return null;
        }
    }

    private string Unknown(string name, ModelKind? kind) =>
        $"no {(kind is null ? string.Empty : $"{Word(kind)} ")}model '{name}' in {string.Join(", ", Folders.Select(folder => $"'{folder}'"))}. {Installed(kind)}";

    private string Installed(ModelKind? kind)
    {
        var names = List().Where(model => Serves(model, kind)).Select(model => model.Name).ToArray();
        return names.Length > 0
            ? $"Installed{OfKind(kind)}: {string.Join(", ", names)}."
            : $"None{OfKind(kind)} is installed; make one with 'perceptual-eval build'.";
    }

    private static string OfKind(ModelKind? kind) => kind is null ? string.Empty : $" of kind {Word(kind)}";

    private static string Word(ModelKind? kind) => $"{kind}".ToLowerInvariant();
}
