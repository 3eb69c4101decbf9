using System.Text;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>One header block of a tar archive: POSIX.1-1988 (ustar), GNU and the older ones without a magic number.</summary>
/// <param name="Name">The name as the block has it.</param>
/// <param name="Type">What follows: <c>0</c> a file, <c>L</c> a long name, <c>x</c> properties of the next member.</param>
/// <param name="Length">How many bytes follow.</param>
internal readonly record struct TarHeader(string Name, char Type, long Length)
{
    /// <summary>The size of a header, and of the blocks that content is padded to.</summary>
    public const int BlockBytes = 512;

    private const int NameLength = 100;
    private const int LengthAt = 124;
    private const int LengthDigits = 12;
    private const int ChecksumAt = 148;
    private const int ChecksumDigits = 8;
    private const int TypeAt = 156;
    private const int MagicAt = 257;
    private const int PrefixAt = 345;
    private const int PrefixLength = 155;

    /// <summary>Reads a header.</summary>
    /// <param name="block">One block, not the zeros that end an archive.</param>
    /// <exception cref="InvalidDataException">The block is no header.</exception>
    public static TarHeader Read(ReadOnlySpan<byte> block)
    {
        var type = block[TypeAt];
        var sum = 0;
        for (var i = 0; i < BlockBytes; i++)
        {
            sum += i is >= ChecksumAt and < ChecksumAt + ChecksumDigits ? ' ' : block[i];
        }

        if (Number(block.Slice(ChecksumAt, ChecksumDigits)) != sum)
        {
            throw new InvalidDataException("no tar header where one is expected: the archive is damaged, or no tar");
        }

        var name = Text(block[..NameLength]);
        if (block[MagicAt..].StartsWith("ustar\0"u8) && Text(block.Slice(PrefixAt, PrefixLength)) is { Length: > 0 } prefix)
        {
            name = $"{prefix}/{name}";
        }

        return new TarHeader(name, type == 0 ? '0' : (char)type, Number(block.Slice(LengthAt, LengthDigits)));
    }

    /// <summary>The text up to the first zero byte.</summary>
    public static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    // Octal digits; or, where the first bit is set, a big-endian integer, for what needs more digits.
    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) == 0)
        {
            var digits = Text(field).Trim(' ');
            return digits.Length == 0 ? 0
                : digits.AsSpan().IndexOfAnyExceptInRange('0', '7') < 0 ? Convert.ToInt64(digits, 8)
                : throw new InvalidDataException("a tar header has something else where an octal number is expected: the archive is damaged, or no tar");
        }

        Int128 value = field[0] & 0x7f;
        foreach (var digit in field[1..])
        {
            value = (value << 8) | digit;
        }

        return value <= long.MaxValue ? (long)value : throw new InvalidDataException("the tar header has a number beyond 2^63: the archive is damaged");
    }
}
