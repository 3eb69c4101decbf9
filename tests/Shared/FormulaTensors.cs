using System.Text;

namespace PerceptualEval.TestSupport;

/// <summary>
/// Tensors made by a formula that tools/make_model_goldens.py repeats bit for bit: hashed numbers, rounded to float32 once. The same
/// formula makes the backbones of ../shared/reference (its README, "Formula weights").
/// </summary>
internal static class FormulaTensors
{
    /// <summary>The number at an index of a named stream, in [0,1).</summary>
    public static double Uniform(uint stream, uint index)
    {
        unchecked
        {
            var u = stream + (2654435761u * (index + 1));
            u ^= u >> 16;
            u *= 0x7feb352d;
            u ^= u >> 15;
            u *= 0x846ca68b;
            u ^= u >> 16;
            return (u >> 8) / 16777216.0;
        }
    }

    /// <summary>The stream of a name: FNV-1a.</summary>
    public static uint Stream(string name)
    {
        var hash = 0x811c9dc5u;
        foreach (var value in Encoding.UTF8.GetBytes(name))
        {
            hash = unchecked((hash ^ value) * 0x01000193);
        }

        return hash;
    }

    /// <summary>offset + scale·u, with u in [-1,1).</summary>
    public static float[] Signed(string name, long count, double scale, double offset = 0)
    {
        var stream = Stream(name);
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(offset + (((2 * Uniform(stream, (uint)i)) - 1) * scale));
        }

        return values;
    }

    /// <summary>Images [N,3,H,W] in (-1,1): blocks of 4×4 pixels with noise over them.</summary>
    public static float[] Image(string name, int batch, int height, int width)
    {
        var (blocks, noise) = (Stream(name + ".blocks"), Stream(name));
        var (rows, columns) = ((height + 3) / 4, (width + 3) / 4);
        var values = new float[batch * 3 * height * width];
        for (var i = 0; i < values.Length; i++)
        {
            var (plane, y, x) = (i / (height * width), i / width % height, i % width);
            var block = (2 * Uniform(blocks, (uint)((((plane * rows) + (y / 4)) * columns) + (x / 4)))) - 1;
            values[i] = (float)((0.7 * block) + (0.3 * ((2 * Uniform(noise, (uint)i)) - 1)));
        }

        return values;
    }

    /// <summary>A tensor near another one.</summary>
    public static float[] Near(string name, float[] first)
    {
        var stream = Stream(name);
        return [.. first.Select((value, i) => (float)((0.6 * value) + (0.4 * ((2 * Uniform(stream, (uint)i)) - 1))))];
    }

    /// <summary>Latents in (-3,3): the clamp of TAESD bends them.</summary>
    public static float[] Latents(string name, long count) => Signed(name, count, scale: 3);
}
