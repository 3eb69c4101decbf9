namespace PerceptualEval.Tensors;

/// <summary>Facts about an <see cref="ElementType"/>.</summary>
public static class ElementTypeExtensions
{
    /// <summary>How many bytes one stored value takes.</summary>
    /// <param name="type">The stored type.</param>
    /// <returns>1, 2, 4 or 8.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The type is none of the enumeration.</exception>
    public static int ByteSize(this ElementType type) => type switch
    {
        ElementType.Bool or ElementType.Int8 or ElementType.UInt8 or ElementType.Float8E4M3 or ElementType.Float8E5M2 => 1,
        ElementType.Float16 or ElementType.BFloat16 or ElementType.Int16 or ElementType.UInt16 => 2,
        ElementType.Float32 or ElementType.Int32 or ElementType.UInt32 => 4,
        ElementType.Float64 or ElementType.Int64 or ElementType.UInt64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not an element type"),
    };
}
