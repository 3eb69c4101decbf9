using System.Globalization;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.ModelBuilder.Tests;

/// <summary>Reads expected tensors and measures how far results are from them; what was reached is written to the test's output.</summary>
internal static class Measured
{
    /// <summary>The tensor of a .npy file.</summary>
    public static TensorBuffer ReadNpy(string path)
    {
        using var file = TensorFile.Open(path);
        return file.Read(file.Tensors[0]);
    }

    /// <summary>A tensor of formula values.</summary>
    public static TensorBuffer Tensor(float[] values, params ReadOnlySpan<long> shape) => TensorBuffer.CopyOf(new TensorShape(shape), values);

    /// <summary>The largest difference; NaN where a value is NaN.</summary>
    public static double LargestDifference(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i] - actual[i]));
        }

        return Reported(largest);
    }

    /// <summary>The largest difference of two tensors of the same shape; NaN where a value is NaN.</summary>
    public static double LargestDifference(TensorBuffer expected, TensorBuffer actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        var largest = 0.0;
        for (var i = 0; i < expected.Span.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs((double)expected.Span[i] - actual.Span[i]));
        }

        return Reported(largest);
    }

    /// <summary>Asserts that every value is within relative·|expected| + absolute of the expected one, and null where that is null.</summary>
    public static void AssertNear(double?[] expected, double?[] actual, double relative, double absolute = 0)
    {
        Assert.Equal(expected.Select(value => value is null), actual.Select(value => value is null));
        var largest = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            if (expected[i] is { } wanted)
            {
                var difference = Math.Abs(wanted - actual[i]!.Value);
                Assert.InRange(difference, 0, (relative * Math.Abs(wanted)) + absolute);
                largest = Math.Max(largest, difference / (Math.Abs(wanted) + (relative > 0 ? absolute / relative : 0)));
            }
        }

        Reported(largest, "relative ");
    }

    private static double Reported(double largest, string kind = "")
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"largest {kind}difference {largest.ToString("E2", CultureInfo.InvariantCulture)}");
        return largest;
    }
}
