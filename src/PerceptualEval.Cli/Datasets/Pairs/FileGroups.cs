namespace PerceptualEval.Cli.Datasets.Pairs;

/// <summary>The groups of a dataset: a list, or what comes out of archives as they are read.</summary>
internal sealed class FileGroups
{
    private readonly Func<LeftOut, IEnumerable<FileGroup>> _enumerate;

    /// <summary>Groups that are known.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="areNamed">Whether the user named their files one by one.</param>
    public FileGroups(IReadOnlyList<FileGroup> groups, bool areNamed = false)
    {
        Listed = groups;
        AreNamed = areNamed;
        _enumerate = _ => groups;
    }

    /// <summary>Groups that are found on the way.</summary>
    /// <param name="enumerate">Reads the archives from their beginning; its argument receives what has no partner.</param>
    /// <param name="inOrderOnly">Whether an archive's files are in memory one after the other.</param>
    public FileGroups(Func<LeftOut, IEnumerable<FileGroup>> enumerate, bool inOrderOnly)
    {
        _enumerate = enumerate;
        InOrderOnly = inOrderOnly;
    }

    /// <summary>The groups, where they are known.</summary>
    public IReadOnlyList<FileGroup>? Listed { get; }

    /// <summary>Whether the user named the files one by one, rather than a folder or an archive of them.</summary>
    public bool AreNamed { get; }

    /// <summary>Whether enumerating reads what the files hold, so that it takes as long as scoring reads.</summary>
    public bool InOrderOnly { get; }

    /// <summary>All groups.</summary>
    /// <param name="leftOut">Receives the files of archives that have no partner.</param>
    /// <exception cref="DatasetException">While enumerating: an archive can't be read, or its order is another one than its partner's.</exception>
    public IEnumerable<FileGroup> Enumerate(LeftOut leftOut) => _enumerate(leftOut);
}
