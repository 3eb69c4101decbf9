using System.Text.Json;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.Tensors;

public sealed class BicubicResizeTests
{
    // Double sums rounded once: half a float32 step at |value| < 2 is 6e-8, the goldens' own rounding 1e-10. A kernel with a = −0.75,
    // a missing antialias or a shifted pixel centre moves values by 1e-2 and more.
    private const double Tolerance = 1.2e-7;

    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 5, 7, 3, 4 }, { 5, 7, 8, 11 }, { 17, 33, 33, 17 }, { 1, 9, 4, 1 }, { 31, 1, 7, 5 }, { 64, 40, 9, 80 }, { 12, 50, 12, 13 },
    };

    [Theory]
    [InlineData("H01")]
    [InlineData("H02")]
    [InlineData("H03")]
    [InlineData("H04")]
    [InlineData("H05")]
    [InlineData("H06")]
    public void Resize_ReferenceCase_MatchesTorchInFloat64(string id)
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Require("reference", "cases.json")));
        var expectation = cases.RootElement.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("id").GetString() == id);
        var (shape, values) = ReadNpy(expectation.GetProperty("inputs").GetProperty("x").GetString()!);
        var (expectedShape, expected) = ReadNpy(expectation.GetProperty("expected").GetProperty("y_f64").GetString()!);
        using var images = TensorBuffer.CopyOf(shape, values);

        using var resized = BicubicResize.Resize(
            images, expectation.GetProperty("size")[0].GetInt32(), expectation.GetProperty("size")[1].GetInt32());

        Assert.Equal(expectedShape, resized.Shape);
        Assert.InRange(MaxDifference(expected, resized.Span), 0, Tolerance);
    }

    [Fact]
    public void Resize_Goldens_MatchTorchInFloat64()
    {
        var path = Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.Tests", "Goldens", "Resize", "bicubic.json");
        using var goldens = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var golden in goldens.RootElement.GetProperty("cases").EnumerateArray())
        {
            var expected = Floats(golden.GetProperty("resized"));
            var resized = new float[expected.Length];

            BicubicResize.Resize(Floats(golden.GetProperty("source")), golden.GetProperty("sourceHeight").GetInt32(),
                golden.GetProperty("sourceWidth").GetInt32(), resized, golden.GetProperty("height").GetInt32(),
                golden.GetProperty("width").GetInt32());

            Assert.InRange(MaxDifference(expected, resized), 0, Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Resize_RandomPlane_MatchesNaiveLoop(int sourceHeight, int sourceWidth, int height, int width)
    {
        var source = RandomValues(sourceHeight * sourceWidth, seed: 1);
        var expected = new float[height * width];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                expected[y * width + x] = NaivePixel(source, sourceHeight, sourceWidth, height, width, y, x);
            }
        }

        var resized = new float[height * width];
        BicubicResize.Resize(source, sourceHeight, sourceWidth, resized, height, width);

        Assert.InRange(MaxDifference(expected, resized), 0, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Resize_ConstantPlane_StaysExactlyConstant(int sourceHeight, int sourceWidth, int height, int width)
    {
        const float Value = -0.7171717f;
        var source = new float[sourceHeight * sourceWidth];
        Array.Fill(source, Value);
        var resized = new float[height * width];

        BicubicResize.Resize(source, sourceHeight, sourceWidth, resized, height, width);

        Assert.All(resized, value => Assert.Equal(Value, value));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Resize_WeightedSumOfPlanes_IsWeightedSumOfResized(int sourceHeight, int sourceWidth, int height, int width)
    {
        var first = RandomValues(sourceHeight * sourceWidth, seed: 2);
        var second = RandomValues(sourceHeight * sourceWidth, seed: 3);
        var mixed = first.Zip(second, (a, b) => 0.25f * a - 0.5f * b).ToArray();
        var (resizedFirst, resizedSecond, resizedMixed) = (new float[height * width], new float[height * width], new float[height * width]);

        BicubicResize.Resize(first, sourceHeight, sourceWidth, resizedFirst, height, width);
        BicubicResize.Resize(second, sourceHeight, sourceWidth, resizedSecond, height, width);
        BicubicResize.Resize(mixed, sourceHeight, sourceWidth, resizedMixed, height, width);

        // Four float32 roundings: of the mixture and of the three results.
        var expected = resizedFirst.Zip(resizedSecond, (a, b) => 0.25f * a - 0.5f * b).ToArray();
        Assert.InRange(MaxDifference(expected, resizedMixed), 0, 4 * Tolerance);
    }

    [Fact]
    public void Resize_Batch_EqualsItsImagesOneByOne()
    {
        var images = RandomValues(3 * 3 * 21 * 30, seed: 4);
        using var batch = TensorBuffer.CopyOf(new TensorShape(3, 3, 21, 30), images);
        using var resizedBatch = BicubicResize.Resize(batch, 32, 11);
        for (var i = 0; i < 3; i++)
        {
            using var single = TensorBuffer.CopyOf(new TensorShape(1, 3, 21, 30), batch.Sample(i));
            using var resizedSingle = BicubicResize.Resize(single, 32, 11);

            Assert.Equal(resizedSingle.Span, resizedBatch.Sample(i));
        }
    }

    [Fact]
    public void Resize_SameSize_CopiesEveryBit()
    {
        float[] source = [1.1f, -0f, float.NaN, float.PositiveInfinity, float.Epsilon, 3e38f];
        using var images = TensorBuffer.CopyOf(new TensorShape(1, 1, 2, 3), source);

        using var resized = BicubicResize.Resize(images, 2, 3);

        Assert.Equal(source.Select(BitConverter.SingleToInt32Bits), resized.Span.ToArray().Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void Resize_EmptyBatch_ReturnsEmptyBatchOfNewSize()
    {
        using var images = new TensorBuffer(new TensorShape(0, 3, 8, 8));

        using var resized = BicubicResize.Resize(images, 4, 2);

        Assert.Equal(new TensorShape(0, 3, 4, 2), resized.Shape);
    }

    [Fact]
    public void Resize_WrongRankOrNoPixels_NamesTheShape()
    {
        using var image = new TensorBuffer(new TensorShape(3, 8, 8));
        using var pixelless = new TensorBuffer(new TensorShape(1, 3, 0, 8));

        Assert.Contains("[3,8,8]", Assert.Throws<ArgumentException>(() => BicubicResize.Resize(image, 4, 4)).Message);
        Assert.Contains("[1,3,0,8]", Assert.Throws<ArgumentException>(() => BicubicResize.Resize(pixelless, 4, 4)).Message);
    }

    [Fact]
    public void Resize_LengthsThatDoNotFit_NamesBoth()
    {
        var message = Assert.Throws<ArgumentException>(() => BicubicResize.Resize(new float[12], 2, 3, new float[5], 1, 2)).Message;

        Assert.Contains("12 values to 5", message);
    }

    [Fact]
    public void Resize_InPlace_IsRefused()
    {
        var values = new float[12];

        Assert.Throws<ArgumentException>(() => BicubicResize.Resize(values, 3, 4, values, 4, 3));
    }

    /// <summary>One output pixel straight from the definition: a double sum over all source pixels.</summary>
    private static float NaivePixel(float[] source, int sourceHeight, int sourceWidth, int height, int width, int y, int x)
    {
        double sum = 0, total = 0;
        for (var v = 0; v < sourceHeight; v++)
        {
            for (var u = 0; u < sourceWidth; u++)
            {
                var weight = NaiveWeight(v, y, (double)sourceHeight / height) * NaiveWeight(u, x, (double)sourceWidth / width);
                sum += weight * source[v * sourceWidth + u];
                total += weight;
            }
        }

        return (float)(sum / total);
    }

    private static double NaiveWeight(int source, int target, double scale)
    {
        var t = Math.Abs(source + 0.5 - (target + 0.5) * scale) / Math.Max(scale, 1);
        return t < 1 ? 1.5 * t * t * t - 2.5 * t * t + 1 : t < 2 ? -0.5 * t * t * t + 2.5 * t * t - 4 * t + 2 : 0;
    }

    private static float[] RandomValues(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
    }

    private static double MaxDifference(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var max = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            // Not Math.Max on a difference that may be NaN: a NaN must fail the comparison, and Math.Max keeps it.
            max = Math.Max(max, Math.Abs((double)expected[i] - actual[i]));
        }

        return max;
    }

    private static float[] Floats(JsonElement numbers) => [.. numbers.EnumerateArray().Select(n => n.GetSingle())];

    /// <summary>Reads a little-endian float32 .npy of four dimensions (format 1.0: 10 bytes, then a header of stated length).</summary>
    private static (TensorShape Shape, float[] Values) ReadNpy(string relativePath)
    {
        var bytes = File.ReadAllBytes(SharedFolder.Require(["reference", .. relativePath.Split('/')]));
        var headerLength = BitConverter.ToUInt16(bytes, 8);
        var header = System.Text.Encoding.ASCII.GetString(bytes, 10, headerLength);
        Assert.Contains("'<f4', 'fortran_order': False", header);
        var dimensions = header[(header.IndexOf('(') + 1)..header.IndexOf(')')].Split(',').Select(long.Parse).ToArray();
        var values = new float[(bytes.Length - 10 - headerLength) / sizeof(float)];
        Buffer.BlockCopy(bytes, 10 + headerLength, values, 0, values.Length * sizeof(float));
        return (new TensorShape(dimensions), values);
    }
}
