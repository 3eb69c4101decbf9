using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using PerceptualEval.Cli.Datasets.Pairs;

namespace PerceptualEval.Cli.Datasets;

/// <summary>
/// Tells whether two runs see the same files, without reading them all: how many there are, and a hash of what they pair by, how long they
/// are, and what some of them begin and end with; a training step that overwrites the files of another changes all of them. Times don't
/// count, so that a copy of the files is the same dataset; of archives, only they themselves count.
/// </summary>
internal static class DatasetFingerprint
{
    private const int MostRead = 64;
    private const int EndBytes = 4096;

    /// <summary>Computes it; every file's length is asked for, and the ends of a few are read.</summary>
    /// <param name="inputs">The arguments that name the files.</param>
    /// <param name="groups">The files.</param>
    /// <returns>For example <c>500 (xxh128 0f3c…)</c>.</returns>
    public static string Of(IReadOnlyList<DatasetInput> inputs, FileGroups groups)
    {
        var hash = new XxHash128();
        var listed = groups.Listed ?? [];
        var step = Math.Max(1, (listed.Count + MostRead - 1) / MostRead);
        foreach (var (i, group) in listed.Index())
        {
            hash.Append(MemoryMarshal.AsBytes(group.Id.AsSpan()));
            foreach (var file in group.Files)
            {
                Append(hash, file.Path, readsEnds: i % step == 0);
            }
        }

        foreach (var input in groups.Listed is null ? inputs : [])
        {
            Append(hash, input.Path, readsEnds: true);
        }

        var count = groups.Listed?.Count.ToString(CultureInfo.InvariantCulture) ?? "archives";
        return $"{count} (xxh128 {Convert.ToHexStringLower(hash.GetCurrentHash())})";
    }

    private static void Append(XxHash128 hash, string path, bool readsEnds)
    {
        var file = new FileInfo(path);
        var length = file.Exists ? file.Length : -1;
        hash.Append(BitConverter.GetBytes(length));
        if (readsEnds && length > 0)
        {
            AppendEnds(hash, path, length);
        }
    }

    // What can't be read is told by its length alone; the run reports it.
    private static void AppendEnds(XxHash128 hash, string path, long length)
    {
        try
        {
            using var file = File.OpenHandle(path);
            Span<byte> end = stackalloc byte[EndBytes];
            hash.Append(end[..RandomAccess.Read(file, end, 0)]);
            hash.Append(end[..RandomAccess.Read(file, end, Math.Max(0, length - EndBytes))]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }
}
