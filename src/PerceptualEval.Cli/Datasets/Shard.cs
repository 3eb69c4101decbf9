using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace PerceptualEval.Cli.Datasets;

/// <summary>
/// One of n parts of a dataset. A sample's id alone decides which one it is in, so that the split is the same wherever and in whatever
/// order the files are listed: xxHash64 (seed 0) of the id's UTF-8, modulo n.
/// </summary>
/// <param name="Index">Which part, from 1.</param>
/// <param name="Count">How many there are, at least <paramref name="Index"/>.</param>
internal sealed record Shard(int Index, int Count)
{
    /// <summary>Reads <c>i/n</c>.</summary>
    /// <returns>Null where the text is something else, or i is not from 1 to n.</returns>
    public static Shard? Parse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && index >= 1 && index <= count
            ? new Shard(index, count)
            : null;
    }

    /// <summary>Whether a sample belongs to it.</summary>
    /// <param name="id">The sample's id.</param>
    public bool Takes(string id) => XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(id)) % (ulong)Count == (ulong)(Index - 1);

    /// <summary>As it is given: <c>1/3</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Count}");
}
