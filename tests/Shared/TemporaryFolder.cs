namespace PerceptualEval.TestSupport;

/// <summary>A folder of its own for one test, removed afterwards. Names use forward slashes; folders on the way to a file are made.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <summary>The folder.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("perceptual-eval-").FullName;

    /// <summary>The names of what lies in it, not below, in order.</summary>
    public IEnumerable<string> Files => Directory.EnumerateFileSystemEntries(Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    /// <summary>The path of a file or folder in it.</summary>
    public string this[string name] => Path.Combine(Root, name);

    /// <summary>Makes a folder and returns its path.</summary>
    public string Folder(string name) => Directory.CreateDirectory(this[name]).FullName;

    /// <summary>The path of a file to write; the folders on the way are made.</summary>
    public string Prepare(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        return this[name];
    }

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        File.WriteAllBytes(Prepare(name), content);
        return this[name];
    }

    /// <summary>Writes a text file and returns its path.</summary>
    public string Text(string name, params string[] lines)
    {
        File.WriteAllLines(Prepare(name), lines);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
