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

    // A page header has a few dozen bytes, and the least and greatest value where those are kept.
    private const int MaxPageHeaderBytes = 64 * 1024;

    // A footer grows with row groups and columns; a terabyte of rows makes a few megabytes.
    private const int MaxFooterBytes = 256 << 20;

    private const int MaxSchemaDepth = 32;

    // Believed whatever the file's size; beyond, what deflate can expand to. Values may be run lengths, which take hardly any bytes.
    private const long TrustedPageBytes = 1 << 20;
    private const long MaxPageExpansion = 1000;
    private const long TrustedValues = 128 * 1024;
    private const long MaxValuesPerByte = 64;

    // Ids of parquet.thrift's PageHeader: type 1, sizes 2 and 3, then num_values (1) of data (5), dictionary (7) and new data pages (8).
    private const int Type = 1;
    private const int UncompressedSize = 2;
    private const int CompressedSize = 3;
    private const int DataValues = 501;
    private const int DictionaryValues = 701;
    private const int NewDataValues = 801;
    private const int DictionaryPage = 2;
    private const int NewDataPage = 3;

    // Pages may be a few bytes long: their headers are read by way of a window, not each with all the bytes that it may have.
    private readonly byte[] _window = new byte[2 * MaxPageHeaderBytes];
    private long _windowAt;
    private int _windowCount;
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
            var page = ReadHeader(at);
            at += page.Length;
            at += CheckPage(page, at, column, field);
            values += page.Number(Type) == DictionaryPage ? 0 : page.Number(DataValues) ?? page.Number(NewDataValues) ?? 0;
        }

        // Row groups that share their pages are how a small file claims to be endless.
        _columnBytes += at - Start(column);
        if (_columnBytes > file.Length)
        {
            throw new InvalidDataException($"its row groups overlap: their columns take {_columnBytes} bytes or more, of {file.Length} in all");
        }

        file.End = at;
    }

    private ThriftStruct ReadHeader(long at)
    {
        if (at < 0 || at >= file.Length)
        {
            throw new InvalidDataException($"a page begins at byte {at} of {file.Length}");
        }

        var page = new ThriftStruct(Window(at));
        page.Read();
        return page;
    }

    private ReadOnlySpan<byte> Window(long at)
    {
        var count = (int)Math.Min(MaxPageHeaderBytes, file.Length - at);
        if (at < _windowAt || at + count > _windowAt + _windowCount)
        {
            (_windowAt, _windowCount) = (at, (int)Math.Min(_window.Length, file.Length - at));
            file.Position = at;
            file.ReadExactly(_window, 0, _windowCount);
        }

        return _window.AsSpan((int)(at - _windowAt), count);
    }

    // Returns how many bytes the page takes.
    private long CheckPage(ThriftStruct page, long content, ColumnMetaData column, DataField field)
    {
        if (page.Number(Type) == NewDataPage && field.MaxRepetitionLevel > 0)
        {
            throw new InvalidDataException($"column '{field.Path}' has lists in data pages of version 2, which are not read; write the table with version 1 (pyarrow: data_page_version='1.0')");
        }

        var (size, unpacked) = (page.Number(CompressedSize) ?? -1, page.Number(UncompressedSize) ?? -1);
        var most = TrustedPageBytes + (MaxPageExpansion * size);
        if (size < 0 || size > file.Length - content || unpacked < 0 || unpacked > most)
        {
            throw new InvalidDataException($"a page of column '{field.Path}' at byte {content} claims {unpacked} bytes out of {size}, of {file.Length - content} that are left");
        }

        foreach (var values in (ReadOnlySpan<long?>)[page.Number(DataValues), page.Number(DictionaryValues), page.Number(NewDataValues)])
        {
            if (values < 0 || values > column.NumValues)
            {
                throw new InvalidDataException($"a page of column '{field.Path}' at byte {content} claims {values} values; the column has {column.NumValues}");
            }
        }

        // Snappy begins with its own claim.
        if (column.Codec == CompressionCodec.SNAPPY && SnappyLength(content, size) > most)
        {
            throw new InvalidDataException($"a page of column '{field.Path}' at byte {content} unpacks to more than {most} bytes");
        }

        return size;
    }

    private long SnappyLength(long content, long size)
    {
        Span<byte> bytes = stackalloc byte[(int)Math.Min(5, size)];
        file.Position = content;
        file.ReadExactly(bytes);
        var length = 0L;
        for (var i = 0; i < bytes.Length; i++)
        {
            length |= (long)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
            {
                break;
            }
        }

        return length;
    }

    // As Parquet.Net has it: writers disagree on which of the three comes first.
    private static long Start(ColumnMetaData column)
    {
        long[] offsets = [column.DictionaryPageOffset ?? 0, column.DataPageOffset, column.IndexPageOffset ?? 0];
        return offsets.Where(offset => offset != 0).DefaultIfEmpty(-1).Min();
    }
}
