using System.Globalization;
using Parquet;
using Parquet.Schema;
using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>
/// A Parquet table with a column of latents as nested lists of numbers, as data sets of Hugging Face have. It is read a row group at a
/// time; every row is a file in memory.
/// </summary>
/// <remarks>
/// The shape is the lists' own; a flat list takes it from a column <c>shape</c>. A column <c>id</c>, <c>__key__</c>, <c>key</c> or
/// <c>file_name</c> of texts gives the ids; without one, rows are counted.
/// </remarks>
/// <param name="path">The table.</param>
internal sealed class ParquetTable(string path) : Archive(path)
{
    private static readonly string[] IdColumns = ["id", "__key__", "key", "file_name"];

    /// <inheritdoc/>
    public override bool InOrderOnly => true;

    /// <inheritdoc/>
    public override IEnumerable<DatasetFile> Files(SourceKind kind, string idPrefix)
    {
        if (kind != SourceKind.Latent)
        {
            throw new DatasetException($"'{Path}' is a Parquet table; images are read from files, folders and tar archives.");
        }

        using var file = Guard(() => File.OpenRead(Path));
        // Its reader owns nothing but the file.
        var reader = Guard(() => ParquetReader.CreateAsync(file).GetAwaiter().GetResult());
        var fields = reader.Schema.DataFields;
        var latents = FindLatents(fields);
        var shapes = latents.MaxRepetitionLevel == 1 ? FindShapes(fields, latents) : null;
        var ids = Array.Find(fields, field => IdColumns.Contains(field.Path.ToString()) && field.ClrType == typeof(ReadOnlyMemory<char>));
        var row = 0L;
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = Guard(() => reader.OpenRowGroupReader(i));
            using var values = Guard(() => ParquetColumn.Read(group, latents));
            using var shape = shapes is null ? null : Guard(() => ParquetColumn.Read(group, shapes));
            var names = ids is null ? null : Guard(() => ReadTexts(group, ids));
            for (var index = 0; Guard(values.MoveNext); index++, row++)
            {
                var id = names is not null && index < names.Length && names[index] is { Length: > 0 } name
                    ? FileExtensions.Strip(MemberName.Clean(name, Path))
                    : row.ToString(CultureInfo.InvariantCulture);
                yield return new FileInMemory(idPrefix + id, $"{Path}/{id}", ArchiveKind.Parquet, Guard(() => ToNpy(values, shape)));
            }
        }
    }

    private DataField FindLatents(DataField[] fields)
    {
        var lists = Array.FindAll(fields, field => field.MaxRepetitionLevel > 0 && field.Path.FirstPart != "shape" && ParquetColumn.IsNumber(field.ClrType));
        var named = Array.FindAll(lists, field => field.Path.FirstPart is "latent" or "latents");
        return named is [var one] ? one : lists is [var only] ? only
            : throw new DatasetException($"'{Path}' has {lists.Length} columns of number lists ({string.Join(", ", lists.Take(8).Select(field => field.Path.FirstPart))}"
                + $"{(lists.Length > 8 ? ", …" : "")}); expected one, or one that is called latent or latents.");
    }

    private DataField FindShapes(DataField[] fields, DataField latents) =>
        Array.Find(fields, field => field.Path.FirstPart == "shape" && field.MaxRepetitionLevel == 1 && ParquetColumn.IsNumber(field.ClrType))
            ?? throw new DatasetException($"'{Path}': column '{latents.Path.FirstPart}' holds flat lists; expected nested ones, [[[…]]], or a column 'shape' with each row's [C,h,w].");

    private static string?[] ReadTexts(ParquetRowGroupReader group, DataField field)
    {
        var texts = new string?[group.RowCount];
        group.ReadAsync(field, texts.AsMemory()!).AsTask().GetAwaiter().GetResult();
        return texts;
    }

    private static byte[] ToNpy(ParquetColumn values, ParquetColumn? shapes)
    {
        if (shapes is null)
        {
            return NpyFile.ToBytes(values.Shape, values.Numbers());
        }

        long[] dimensions = shapes.MoveNext() ? Array.ConvertAll(shapes.Numbers(), dimension => (long)dimension) : [];
        return TensorShape.TryCountElements(dimensions, out var count) && count == values.Shape.ElementCount
            ? NpyFile.ToBytes(new TensorShape(dimensions), values.Numbers())
            : throw new InvalidDataException($"a row has {values.Shape.ElementCount} numbers; its shape is [{string.Join(',', dimensions)}]");
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Parquet.Net says what is wrong with a file by exceptions of every kind.
            throw new DatasetException($"'{Path}' can't be read: {exception.Message}", exception);
        }
    }
}
