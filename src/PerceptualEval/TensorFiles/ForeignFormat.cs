using System.Text;

namespace PerceptualEval.TensorFiles;

/// <summary>Says what a file looks like that is no tensor file, so that the message helps.</summary>
internal static class ForeignFormat
{
    private static readonly (byte[] Signature, string Description)[] Signatures =
    [
        ([0x89, .. "PNG"u8], "looks like a PNG image"),
        ([0xff, 0xd8, 0xff], "looks like a JPEG image"),
        ([.. "GIF8"u8], "looks like a GIF image"),
        ([.. "RIFF"u8], "looks like a WebP image or a RIFF file"),
        ([0x1f, 0x8b], "looks like gzip within gzip; unpack it first (gunzip)"),
        ([0x28, 0xb5, 0x2f, 0xfd], "looks like Zstandard; unpack it first (unzstd)"),
        ([0x89, .. "HDF"u8], "looks like HDF5"),
        ([.. "GGUF"u8], "looks like GGUF"),
        ([.. "SQLite format 3"u8], "looks like an SQLite database"),
        ([.. "PAR1"u8], "looks like a Parquet file"),
    ];

    /// <summary>What a file with these first bytes looks like, and what to do about it; completes a sentence that begins with "it".</summary>
    public static string Describe(ReadOnlySpan<byte> prefix)
    {
        if (prefix.IsEmpty)
        {
            return "is empty: a write or download that did not finish";
        }

        foreach (var (signature, description) in Signatures)
        {
            if (prefix.StartsWith(signature))
            {
                return description;
            }
        }

        if (prefix.Length > 262 && prefix[257..].StartsWith("ustar"u8))
        {
            return "looks like a tar archive; expected one tensor file";
        }

        // ONNX is a protobuf that begins with field 1, the IR version, and then mostly the producer's name.
        if (prefix is [0x08, < 32, 0x12 or 0x3a, ..])
        {
            return "looks like an ONNX graph; give it where a model is expected";
        }

        return DescribeText(prefix) ?? "looks like nothing I know";
    }

    private static string? DescribeText(ReadOnlySpan<byte> prefix)
    {
        foreach (var value in prefix)
        {
            if (value < 0x20 && value is not ((byte)'\t' or (byte)'\n' or (byte)'\r'))
            {
                return null;
            }
        }

        var text = Encoding.UTF8.GetString(prefix).TrimStart('\ufeff', ' ', '\t', '\r', '\n');
        if (text.StartsWith("version https://git-lfs", StringComparison.Ordinal))
        {
            return "is a git-lfs pointer; run 'git lfs pull' to get the file itself";
        }

        return text.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            ? "is a web page: the download failed"
            : "looks like text";
    }
}
