using PerceptualEval.Tensors;

namespace PerceptualEval.TensorFiles.Numpy;

/// <summary>numpy's type codes: byte order, kind and size, for example <c>&lt;f4</c>.</summary>
internal static class NumpyType
{
    /// <summary>The element type that a code names.</summary>
    /// <exception cref="InvalidDataException">The type is not one of plain numbers.</exception>
    public static ElementType Parse(string code) => code.TrimStart('<', '>', '=', '|') switch
    {
        "f2" => ElementType.Float16,
        "f4" => ElementType.Float32,
        "f8" => ElementType.Float64,
        "i1" => ElementType.Int8,
        "i2" => ElementType.Int16,
        "i4" => ElementType.Int32,
        "i8" => ElementType.Int64,
        "u1" => ElementType.UInt8,
        "u2" => ElementType.UInt16,
        "u4" => ElementType.UInt32,
        "u8" => ElementType.UInt64,
        "b1" or "?" => ElementType.Bool,
        var other => throw new InvalidDataException(
            $"holds a numpy array of {Describe(other)} ('{code}'); expected integers, floats or booleans. Save it as float32."),
    };

    /// <summary>Whether a code says most significant byte first.</summary>
    public static bool IsBigEndian(string code) => code.StartsWith('>');

    private static string Describe(string code) => code.Length == 0 ? "nothing" : code[0] switch
    {
        'O' => "Python objects",
        'U' or 'S' or 'a' => "text",
        'c' => "complex numbers",
        'M' or 'm' => "dates or times",
        'V' => "raw bytes, as bfloat16 arrays become in numpy files",
        'f' => "floats of an unknown size",
        _ => "an unknown type",
    };
}
