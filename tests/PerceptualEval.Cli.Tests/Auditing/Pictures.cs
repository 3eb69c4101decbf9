using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Auditing;

/// <summary>Pictures of many kinds, made by formula: scenes, text, stripes, textures, noise, and pictures of one colour.</summary>
internal static class Pictures
{
    /// <summary>Height and width.</summary>
    public const int Side = 64;

    private const int Kinds = 8;
    private const int Plane = Side * Side;

    /// <summary>Whether the picture of an index is a scene: the only kind that is no one's mirror image for sure.</summary>
    public static bool IsScene(int index) => index % Kinds is 0 or 1 or 2;

    /// <summary>The picture of an index, [3,64,64] in [-1,1] and rounded as an 8-bit file rounds.</summary>
    public static float[] Of(int seed, int index)
    {
        var next = Stream($"{seed}.{index}");
        float[] image = (index % Kinds) switch
        {
            0 or 1 or 2 => Scene(next),
            3 => Text(next),
            4 => Stripes(next),
            5 => Texture(next),
            6 => index % (4 * Kinds) == 6 ? Noise(next) : Gradient(next),
            _ => index % (2 * Kinds) == 7 ? Flat(next) : Scene(next),
        };
        return Array.ConvertAll(image, value => (float)((Math.Round((Math.Clamp(value, -1, 1) + 1) * 127.5) / 127.5) - 1));
    }

    /// <summary>A picture as a batch of one.</summary>
    public static TensorBuffer Batch(float[] image) => TensorBuffer.CopyOf(new TensorShape(1, 3, Side, Side), image);

    private static Func<double> Stream(string name)
    {
        var (stream, index) = (FormulaTensors.Stream(name), 0u);
        return () => FormulaTensors.Uniform(stream, index++);
    }

    // Sky and ground, and shapes of different sizes in front of them.
    private static float[] Scene(Func<double> next)
    {
        var image = Gradient(next);
        var horizon = 20 + (30 * next());
        var ground = Color(next);
        Paint(image, ground, (x, y) => y > horizon + (6 * Math.Sin(x / 9.0)));
        for (var shape = 0; shape < 6; shape++)
        {
            var (cx, cy, radius, isBox) = (Side * next(), Side * next(), 3 + (12 * next()), next() < 0.5);
            Paint(image, Color(next), (x, y) => isBox ? Math.Abs(x - cx) < radius && Math.Abs(y - cy) < radius / 2 : Math.Pow(x - cx, 2) + Math.Pow(y - cy, 2) < radius * radius);
        }

        return image;
    }

    private static float[] Gradient(Func<double> next)
    {
        var (from, to, angle) = (Color(next), Color(next), 2 * Math.PI * next());
        return Fill((channel, x, y) =>
        {
            var share = 0.5 + ((((x - 32) * Math.Cos(angle)) + ((y - 32) * Math.Sin(angle))) / 90);
            return from[channel] + (share * (to[channel] - from[channel]));
        });
    }

    // Rows of strokes, dark on light.
    private static float[] Text(Func<double> next)
    {
        var (paper, ink) = (0.7 + (0.3 * next()), -1 + (0.3 * next()));
        var strokes = new bool[Plane];
        for (var line = 4; line < Side - 8; line += 10)
        {
            for (var x = 4; x < Side - (30 * next()) - 4; x += 2)
            {
                var (top, length) = (line + (int)(3 * next()), 2 + (int)(5 * next()));
                for (var y = top; y < top + length && next() < 0.9; y++)
                {
                    strokes[(y * Side) + x] = true;
                }
            }
        }

        return Fill((_, x, y) => strokes[(y * Side) + x] ? ink : paper);
    }

    private static float[] Stripes(Func<double> next)
    {
        var (a, b, period, angle) = (Color(next), Color(next), 4 + (16 * next()), Math.PI * next());
        return Fill((channel, x, y) => Math.Sin(((x * Math.Cos(angle)) + (y * Math.Sin(angle))) * 2 * Math.PI / period) > 0 ? a[channel] : b[channel]);
    }

    // Waves of several lengths over each other.
    private static float[] Texture(Func<double> next)
    {
        var (color, waves) = (Color(next), Enumerable.Range(0, 10).Select(_ => (X: next() - 0.5, Y: next() - 0.5, Phase: 6.3 * next(), Size: 0.3 * next())).ToArray());
        return Fill((channel, x, y) => color[channel] + waves.Sum(wave => wave.Size * Math.Sin((wave.X * x * 1.5) + (wave.Y * y * 1.5) + wave.Phase + channel)));
    }

    private static float[] Noise(Func<double> next) => Fill((_, _, _) => (2 * next()) - 1);

    private static float[] Flat(Func<double> next)
    {
        var color = Color(next);
        return Fill((channel, _, _) => color[channel]);
    }

    private static double[] Color(Func<double> next) => [(1.8 * next()) - 0.9, (1.8 * next()) - 0.9, (1.8 * next()) - 0.9];

    private static float[] Fill(Func<int, int, int, double> value)
    {
        var image = new float[3 * Plane];
        for (var i = 0; i < image.Length; i++)
        {
            image[i] = (float)value(i / Plane, i % Side, i / Side % Side);
        }

        return image;
    }

    private static void Paint(float[] image, double[] color, Func<int, int, bool> contains)
    {
        for (var i = 0; i < Plane; i++)
        {
            for (var channel = 0; channel < 3 && contains(i % Side, i / Side); channel++)
            {
                image[(channel * Plane) + i] = (float)color[channel];
            }
        }
    }
}
