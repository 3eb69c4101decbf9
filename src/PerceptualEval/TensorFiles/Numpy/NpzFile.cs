using PerceptualEval.TensorFiles.Compression;

namespace PerceptualEval.TensorFiles.Numpy;

/// <summary>numpy's .npz files: a zip archive with one .npy file per array.</summary>
internal static class NpzFile
{
    private const string Extension = ".npy";

    /// <summary>Whether an archive is a .npz file. One without members is: <c>numpy.savez</c> of nothing.</summary>
    public static bool Recognises(ZipContainer archive) => archive.Members.Count == 0 || archive.Members.Any(IsArray);

    /// <summary>Lists the arrays, named as their members without <c>.npy</c>; other members are no tensors and are left out.</summary>
    public static TensorListing List(ZipContainer archive) =>
        new("npz", [.. archive.Members.Where(IsArray).Select(Describe)], TensorListing.NoMetadata, archive);

    private static bool IsArray(ZipMember member) => member.Name.EndsWith(Extension, StringComparison.Ordinal);

    private static StoredTensor Describe(ZipMember member)
    {
        var name = member.Name[..^Extension.Length];
        try
        {
            return NpyHeader.Read(member).Describe(name, member);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"array '{name}': {e.Message}", e);
        }
    }
}
