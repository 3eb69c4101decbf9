using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.TensorFiles;

/// <summary>The files that tools/make_tensor_file_goldens.py makes, and the values it puts into every tensor.</summary>
internal static class Golden
{
    private static readonly string Folder = System.IO.Path.Combine(
        SharedFolder.Repository, "tests", "PerceptualEval.Tests", "Goldens", "TensorFiles");

    public static string Path(string name) => System.IO.Path.Combine(Folder, name);

    /// <summary>The names of all files; those that have to be refused begin with <c>refused_</c>.</summary>
    public static IEnumerable<string> Names() => Directory.GetFiles(Folder).Order(StringComparer.Ordinal).Select(path => System.IO.Path.GetFileName(path)!);

    public static float Value(ElementType type, long index) => type switch
    {
        ElementType.Bool => index % 3 == 0 ? 1 : 0,
        ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64 => index % 17,
        ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64 => (index % 17) - 8,
        _ => ((index % 17) - 8) / 4f,
    };

    public static float[] Values(ElementType type, long first, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Value(type, first + i))];
}
