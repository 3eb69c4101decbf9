using Parquet.Meta;
using Parquet.Schema;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>Looks at the pages of a Parquet file's columns, one by one: a header that claims lengths and counts, and the values.</summary>
/// <param name="file">The file.</param>
internal sealed class ParquetPages(BoundedStream file)
{
    // A page header has a few dozen bytes, and the least and greatest value where those are kept.
    private const int MaxPageHeaderBytes = 64 * 1024;

    // Believed whatever the page's size in the file; beyond, what deflate can expand to.
    private const long TrustedPageBytes = 1 << 20;
    private const long MaxPageExpansion = 1000;

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

    /// <summary>Checks one page.</summary>
    /// <param name="at">Where it begins.</param>
    /// <param name="column">The column.</param>
    /// <param name="field">The same, in the schema.</param>
    /// <returns>Where the page ends, and how many of the column's values it holds.</returns>
    /// <exception cref="InvalidDataException">It is damaged, of a kind that is not read, or claims more than its bytes can hold.</exception>
    public (long End, long Values) Check(long at, ColumnMetaData column, DataField field)
    {
        var page = ReadHeader(at);
        var content = at + page.Length;
        CheckClaims(page, content, column, field);
        var values = page.Number(Type) == DictionaryPage ? 0 : page.Number(DataValues) ?? page.Number(NewDataValues) ?? 0;
        return (content + page.Number(CompressedSize)!.Value, values);
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

    private void CheckClaims(ThriftStruct page, long content, ColumnMetaData column, DataField field)
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
}
