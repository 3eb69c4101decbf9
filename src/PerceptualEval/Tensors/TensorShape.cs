using System.Globalization;

namespace PerceptualEval.Tensors;

/// <summary>The lengths of a tensor's dimensions, outermost first; immutable. The empty shape is a scalar.</summary>
public readonly struct TensorShape : IEquatable<TensorShape>
{
    private readonly long[]? _dimensions;

    /// <summary>Creates a shape from its dimensions, outermost first.</summary>
    /// <param name="dimensions">The lengths; 0 is allowed (an empty tensor). The values are copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative, or the element count does not fit 63 bits.</exception>
    public TensorShape(params ReadOnlySpan<long> dimensions)
    {
        if (!TryCountElements(dimensions, out var count))
        {
            throw new ArgumentOutOfRangeException(nameof(dimensions),
                $"shape {Format(dimensions)}: lengths must not be negative and the element count must fit 63 bits.");
        }

        _dimensions = dimensions.ToArray();
        ElementCount = count;
    }

    /// <summary>The number of dimensions; 0 for a scalar.</summary>
    public int Rank => Dimensions.Length;

    /// <summary>The lengths, outermost first.</summary>
    public ReadOnlySpan<long> Dimensions => _dimensions;

    /// <summary>The number of elements: the product of the lengths, 1 for a scalar.</summary>
    public long ElementCount { get => _dimensions is null ? 1 : field; }

    /// <summary>The length of one dimension.</summary>
    /// <param name="index">Which dimension; <c>^1</c> is the innermost.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such dimension.</exception>
    public long this[Index index] => Dimensions[index];

    /// <summary>Multiplies lengths without throwing, for shapes that come from a file.</summary>
    /// <param name="dimensions">The lengths, outermost first.</param>
    /// <param name="count">Their product, or 0 where the result is false.</param>
    /// <returns>False where a length is negative or the product does not fit 63 bits.</returns>
    public static bool TryCountElements(ReadOnlySpan<long> dimensions, out long count)
    {
        count = 0;
        var product = 1L;
        var empty = false;
        foreach (var length in dimensions)
        {
            if (length < 0)
            {
                return false;
            }

            empty |= length == 0;
            if (length != 0 && product > long.MaxValue / length)
            {
                return false;
            }

            product *= Math.Max(length, 1);
        }

        count = empty ? 0 : product;
        return true;
    }

    /// <summary>Compares two shapes.</summary>
    public static bool operator ==(TensorShape left, TensorShape right) => left.Equals(right);

    /// <summary>Compares two shapes.</summary>
    public static bool operator !=(TensorShape left, TensorShape right) => !left.Equals(right);

    /// <summary>The dimensions as a new array.</summary>
    public long[] ToArray() => Dimensions.ToArray();

    /// <summary>Whether both shapes have the same lengths in the same order.</summary>
    public bool Equals(TensorShape other) => Dimensions.SequenceEqual(other.Dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TensorShape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var length in Dimensions)
        {
            hash.Add(length);
        }

        return hash.ToHashCode();
    }

    /// <summary>The shape as users write it, for example <c>[2,16,64,64]</c>.</summary>
    public override string ToString() => Format(Dimensions);

    private static string Format(ReadOnlySpan<long> dimensions)
    {
        var parts = new string[dimensions.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = dimensions[i].ToString(CultureInfo.InvariantCulture);
        }

        return $"[{string.Join(',', parts)}]";
    }
}
