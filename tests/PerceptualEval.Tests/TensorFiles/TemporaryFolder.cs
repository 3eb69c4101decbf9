namespace PerceptualEval.Tests.TensorFiles;

/// <summary>A folder of its own for one test, removed afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("perceptual-eval-").FullName;

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => Path.Combine(_path, name);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = File(name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
