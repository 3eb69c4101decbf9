using System.Numerics;
using System.Numerics.Tensors;
using Parquet;
using Parquet.Data;
using Parquet.Schema;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>
/// The rows of one column of number lists in one row group. Parquet stores the numbers one after the other, and for each a repetition
/// level: the depth of the list that goes on with it, 0 where a row begins.
/// </summary>
internal abstract class ParquetColumn : IDisposable
{
    private readonly RawColumnData _data;
    private readonly DataField _field;
    private int _end;

    private ParquetColumn(RawColumnData data, DataField field)
    {
        _data = data;
        _field = field;
    }

    /// <summary>The current row's lists, as a shape.</summary>
    public TensorShape Shape { get; private set; }

    /// <summary>Where the current row's numbers begin.</summary>
    protected int Start { get; private set; }

    /// <summary>Whether a type is one of numbers that are read.</summary>
    public static bool IsNumber(Type type) => type == typeof(float) || type == typeof(double) || type == typeof(long) || type == typeof(int);

    /// <summary>Reads a column.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="field">A column of lists of a type that <see cref="IsNumber"/> knows.</param>
    public static ParquetColumn Read(ParquetRowGroupReader group, DataField field) =>
        field.ClrType == typeof(float) ? Read<float>(group, field)
        : field.ClrType == typeof(double) ? Read<double>(group, field)
        : field.ClrType == typeof(long) ? Read<long>(group, field)
        : Read<int>(group, field);

    /// <summary>Goes to the next row.</summary>
    /// <returns>False behind the last one.</returns>
    /// <exception cref="InvalidDataException">The row's lists are empty, or of different lengths.</exception>
    public bool MoveNext()
    {
        Start = _end;
        var repetitions = _data.RepetitionLevels[Start..];
        if (repetitions.IsEmpty)
        {
            return false;
        }

        var next = repetitions[1..].IndexOf(0);
        var length = next < 0 ? repetitions.Length : next + 1;
        _end = Start + length;
        // A list that is empty or missing has a place in the levels, and no number.
        if (_data.DefinitionLevels.Slice(Start, length).IndexOfAnyExcept(_field.MaxDefinitionLevel) >= 0)
        {
            throw new InvalidDataException($"a row of column '{_field.Path.FirstPart}' is empty, or has an empty list in it");
        }

        Shape = ShapeOf(repetitions[..length]);
        return true;
    }

    /// <summary>The current row's numbers.</summary>
    public abstract float[] Numbers();

    /// <inheritdoc/>
    public void Dispose() => _data.Dispose();

    private static Column<T> Read<T>(ParquetRowGroupReader group, DataField field)
        where T : struct, INumber<T> => new((RawColumnData<T>)group.ReadRawColumnDataBaseAsync(field).AsTask().GetAwaiter().GetResult(), field);

    private TensorShape ShapeOf(ReadOnlySpan<int> repetitions)
    {
        // How many numbers a list of each depth has: up to the first that begins another one.
        var depth = _field.MaxRepetitionLevel;
        var counts = new int[depth + 1];
        counts[depth] = 1;
        for (var level = depth - 1; level >= 0; level--)
        {
            var end = repetitions[1..].IndexOfAnyInRange(0, level);
            counts[level] = end < 0 ? repetitions.Length : end + 1;
        }

        var dimensions = new long[depth];
        for (var level = 0; level < depth; level++)
        {
            dimensions[level] = counts[level] / counts[level + 1];
            Require(counts[level] % counts[level + 1] == 0);
        }

        for (var i = 1; i < repetitions.Length; i++)
        {
            var expected = depth;
            while (i % counts[expected - 1] == 0)
            {
                expected--;
            }

            Require(repetitions[i] == expected);
        }

        return new TensorShape(dimensions);
    }

    private void Require(bool isTensor)
    {
        if (!isTensor)
        {
            throw new InvalidDataException($"a row of column '{_field.Path.FirstPart}' has lists of different lengths; expected a tensor");
        }
    }

    /// <summary>A column of one type of numbers.</summary>
    private sealed class Column<T>(RawColumnData<T> data, DataField field) : ParquetColumn(data, field)
        where T : struct, INumber<T>
    {
        public override float[] Numbers()
        {
            var numbers = new float[Shape.ElementCount];
            TensorPrimitives.ConvertTruncating<T, float>(data.Values.Slice(Start, numbers.Length), numbers);
            return numbers;
        }
    }
}
