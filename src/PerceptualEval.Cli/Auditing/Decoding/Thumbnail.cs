using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>
/// An image in 16x16 averages of each colour. Cheap enough to compare every image with, and enough to see what is where; what it
/// makes suspicious is then proved by LPIPS.
/// </summary>
internal sealed class Thumbnail
{
    private const int Side = 16;
    private const int Plane = Side * Side;

    // Below this spread an image is too even for its mirror image to differ: 2 % of the range from black to white.
    private const double LeastContrast = 0.04;

    // Mirrored, the squared difference must fall to less than half; a right pair's grows.
    private const double MirroredGain = 0.5;

    private readonly float[] _values = new float[3 * Plane];

    /// <summary>Makes a thumbnail.</summary>
    /// <param name="image">An image [3,H,W] of at least one pixel.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    public Thumbnail(ReadOnlySpan<float> image, int height, int width)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            var (channel, y, x) = (i / Plane, i / Side % Side, i % Side);
            var (top, left) = (y * height / Side, x * width / Side);
            var (bottom, right) = (Math.Max(top + 1, (y + 1) * height / Side), Math.Max(left + 1, (x + 1) * width / Side));
            var sum = 0.0;
            for (var row = top; row < bottom; row++)
            {
                foreach (var value in image.Slice((((channel * height) + row) * width) + left, right - left))
                {
                    sum += value;
                }
            }

            _values[i] = (float)(sum / ((bottom - top) * (right - left)));
        }
    }

    /// <summary>Makes a thumbnail of one image of a batch [N,3,H,W].</summary>
    public static Thumbnail Of(TensorBuffer images, int index) => new(images.Sample(index), (int)images.Shape[2], (int)images.Shape[3]);

    /// <summary>Mean squared difference.</summary>
    public double Difference(Thumbnail other) => Difference(other, i => i);

    /// <summary>Whether this one fits the other clearly better when it is mirrored.</summary>
    public bool FitsMirrored(Thumbnail other)
    {
        var difference = Difference(other);
        return difference > LeastContrast * LeastContrast
            && Math.Min(Difference(other, i => i - (i % Side) + (Side - 1 - (i % Side))), Difference(other, MirroredRows)) < MirroredGain * difference;

        static int MirroredRows(int i) => i - (i % Plane) + ((Side - 1 - (i / Side % Side)) * Side) + (i % Side);
    }

    /// <summary>The correlation with another one, from −1 to 1; NaN where one is too even for it to mean anything.</summary>
    public double Correlation(Thumbnail other)
    {
        var (mean, otherMean) = (_values.Average(), other._values.Average());
        var (product, square, otherSquare) = (0.0, 0.0, 0.0);
        for (var i = 0; i < _values.Length; i++)
        {
            var (a, b) = (_values[i] - mean, other._values[i] - otherMean);
            product += a * b;
            square += a * a;
            otherSquare += b * b;
        }

        var least = LeastContrast * LeastContrast * _values.Length;
        return square < least || otherSquare < least ? double.NaN : product / Math.Sqrt(square * otherSquare);
    }

    private double Difference(Thumbnail other, Func<int, int> map)
    {
        var sum = 0.0;
        for (var i = 0; i < _values.Length; i++)
        {
            var difference = (double)_values[i] - other._values[map(i)];
            sum += difference * difference;
        }

        return sum / _values.Length;
    }
}
