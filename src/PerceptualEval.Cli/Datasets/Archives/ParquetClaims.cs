using System.Buffers.Binary;
using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>
/// Looks at what a Parquet file claims before Parquet.Net believes it: that takes memory for any length that a header names, reads on
/// where numbers don't end, and follows schemas however deep they are.
/// </summary>
/// <param name="file">The file, which the reader reads by way of the same stream.</param>
internal sealed class ParquetClaims(BoundedStream file)
{
    private const int MagicBytes = 4;
    private const int LengthBytes = 4;

    // A footer grows with row groups and columns; a terabyte of rows makes a few megabytes.
    private const int MaxFooterBytes = 256 << 20;

    private const int MaxSchemaDepth = 32;

    // Believed whatever the file's size; beyond, as many as bytes allow: values may be run lengths, which take hardly any.
    private const long TrustedValues = 128 * 1024;
    private const long MaxValuesPerByte = 64;

    private readonly ParquetPages _pages = new(file);
    private long _columnBytes;

    /// <summary>Checks the footer, before the file is opened.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or claims more than the file holds.</exception>
    public void CheckFooter()
    {
        Span<byte> end = stackalloc byte[LengthBytes + MagicBytes];
        if (file.Length < MagicBytes + end.Length)
        {
            throw new InvalidDataException("it is too small for a Parquet file");
        }

        file.Position = file.Length - end.Length;
        file.ReadExactly(end);
        var length = BinaryPrimitives.ReadInt32LittleEndian(end);
        if (!end[LengthBytes..].SequenceEqual("PAR1"u8) || length < 0 || length > Math.Min(MaxFooterBytes, file.Length - MagicBytes - end.Length))
        {
            throw new InvalidDataException($"it does not end as a Parquet file does, or claims a footer of {length} bytes: it is cut off, or no Parquet. Copy or download it again.");
        }

        var footer = new byte[length];
        file.Position = file.Length - end.Length - length;
        file.ReadExactly(footer);
        new ThriftStruct(footer).Read();
    }

    /// <summary>Checks the schema, before it is asked for.</summary>
    /// <exception cref="InvalidDataException">It is deeper than any table's.</exception>
    public static void CheckSchema(IReadOnlyList<SchemaElement> elements)
    {
        // Elements stand in depth-first order, each with the number of those within it.
        var open = new Stack<long>();
        foreach (var element in elements)
        {
            while (open.TryPeek(out var left) && left == 0)
            {
                open.Pop();
            }

            if (open.TryPop(out var siblings))
            {
                open.Push(siblings - 1);
            }

            open.Push(Math.Max(0, element.NumChildren ?? 0));
            if (open.Count > MaxSchemaDepth)
            {
                throw new InvalidDataException($"its schema is more than {MaxSchemaDepth} deep");
            }
        }
    }

    /// <summary>Checks the pages of a column before they are read, and lets the stream read no further than them.</summary>
    /// <exception cref="InvalidDataException">A page is damaged, or claims more than its bytes can hold.</exception>
    public void CheckColumn(ParquetRowGroupReader group, DataField field)
    {
        var column = group.GetMetadata(field)?.MetaData ?? throw new InvalidDataException($"a row group lacks column '{field.Path}'");
        var most = TrustedValues + (MaxValuesPerByte * file.Length);
        if (column.NumValues < 0 || column.NumValues > Math.Min(most, Array.MaxLength) || group.RowCount < 0 || group.RowCount > column.NumValues)
        {
            throw new InvalidDataException($"a row group claims {column.NumValues} values in {group.RowCount} rows of column '{field.Path}'; at most {most} are read from {file.Length} bytes");
        }

        file.End = file.Length;
        var at = Start(column);
        for (var values = 0L; values < column.NumValues;)
        {
            var (end, count) = _pages.Check(at, column, field);
            (at, values) = (end, values + count);
        }

        // Row groups that share their pages are how a small file claims to be endless.
        _columnBytes += at - Start(column);
        if (_columnBytes > file.Length)
        {
            throw new InvalidDataException($"its row groups overlap: their columns take {_columnBytes} bytes or more, of {file.Length} in all");
        }

        file.End = at;
    }

    // As Parquet.Net has it: writers disagree on which of the three comes first.
    private static long Start(ColumnMetaData column)
    {
        long[] offsets = [column.DictionaryPageOffset ?? 0, column.DataPageOffset, column.IndexPageOffset ?? 0];
        return offsets.Where(offset => offset != 0).DefaultIfEmpty(-1).Min();
    }
}
