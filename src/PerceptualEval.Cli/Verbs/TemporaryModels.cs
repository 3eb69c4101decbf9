namespace PerceptualEval.Cli.Verbs;

/// <summary>A models folder that is gone afterwards.</summary>
internal sealed class TemporaryModels : IDisposable
{
    /// <summary>The folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("perceptual-eval-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
