using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using PerceptualEval.Cli.Datasets.Pairs;

namespace PerceptualEval.Cli.Datasets;

/// <summary>
/// Tells whether two runs see the same files, without reading them: how many there are, and a hash of what they pair by and how long
/// they are. Times don't count, so that a copy of the files is the same dataset; of archives, only their own lengths count.
/// </summary>
internal static class DatasetFingerprint
{
    /// <summary>Computes it; every file's length is asked for.</summary>
    /// <param name="inputs">The arguments that name the files.</param>
    /// <param name="groups">The files.</param>
    /// <returns>For example <c>500 (xxh128 0f3c…)</c>.</returns>
    public static string Of(IReadOnlyList<DatasetInput> inputs, FileGroups groups)
    {
        var hash = new XxHash128();
        foreach (var group in groups.Listed ?? [])
        {
            hash.Append(MemoryMarshal.AsBytes(group.Id.AsSpan()));
            foreach (var file in group.Files)
            {
                AppendLength(hash, file.Path);
            }
        }

        foreach (var input in groups.Listed is null ? inputs : [])
        {
            AppendLength(hash, input.Path);
        }

        var count = groups.Listed?.Count.ToString(CultureInfo.InvariantCulture) ?? "archives";
        return $"{count} (xxh128 {Convert.ToHexStringLower(hash.GetCurrentHash())})";
    }

    private static void AppendLength(XxHash128 hash, string path)
    {
        var file = new FileInfo(path);
        hash.Append(BitConverter.GetBytes(file.Exists ? file.Length : -1));
    }
}
