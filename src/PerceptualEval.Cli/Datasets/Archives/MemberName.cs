using PerceptualEval.Cli.Datasets.Files;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>The names that archives give their files: text from elsewhere that becomes ids, and so file names of results.</summary>
internal static class MemberName
{
    /// <summary>A member's path within the archive, without <c>./</c> at its beginning.</summary>
    /// <exception cref="DatasetException">The name would leave the folder that the archive is unpacked to, or holds control characters.</exception>
    public static string Clean(string name, string archive)
    {
        var clean = name;
        while (clean.StartsWith("./", StringComparison.Ordinal))
        {
            clean = clean[2..].TrimStart('/');
        }

        foreach (var range in clean.AsSpan().SplitAny('/', '\\'))
        {
            if (clean.AsSpan(range) is ".." or ".")
            {
                throw Refuse(name, archive, "leaves the archive's folder");
            }
        }

        return clean.StartsWith('/') || clean.StartsWith('\\') || clean.AsSpan(0, Math.Min(2, clean.Length)).Contains(':') ? throw Refuse(name, archive, "is an absolute path")
            : clean.Any(IsControl) ? throw Refuse(name, archive, "holds control characters")
            : clean;
    }

    /// <summary>Whether a member belongs to a dataset. Images are pictures: a WebDataset archive keeps tensors of the same id beside them. Hidden files don't count.</summary>
    public static bool Belongs(string name, SourceKind kind) =>
        !name.StartsWith('.') && !name.Contains("/.", StringComparison.Ordinal)
        && FileExtensions.Belongs(name, kind) && FileExtensions.IsTensor(name) == (kind == SourceKind.Latent)
        && !FileExtensions.IsShardIndex(name);

    // Names are printed: no line breaks, no terminal sequences.
    private static bool IsControl(char character) => char.IsControl(character) || character is '\u2028' or '\u2029';

    private static DatasetException Refuse(string name, string archive, string problem)
    {
        var shown = string.Concat(name.Take(200).Select(character => IsControl(character) ? '?' : character));
        return new DatasetException($"'{archive}': the name of its member '{shown}' {problem}; refused. Make the archive again with relative names.");
    }
}
