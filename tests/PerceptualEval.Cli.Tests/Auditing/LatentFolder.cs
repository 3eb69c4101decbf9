using System.Runtime.InteropServices;
using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Auditing;

/// <summary>Folders of pictures and their latents, all right until defects are planted.</summary>
/// <param name="folder">Where they go: <c>images</c> and <c>latents</c> within it.</param>
/// <param name="seed">Which pictures.</param>
/// <param name="encode">Makes the latent [1,C,h,w] of a picture [1,3,H,W]; the caller owns it.</param>
internal sealed class LatentFolder(TemporaryFolder folder, int seed, Func<TensorBuffer, TensorBuffer> encode)
{
    /// <summary>The pictures.</summary>
    public string Images => folder.Folder("images");

    /// <summary>The latents.</summary>
    public string Latents => folder.Folder("latents");

    /// <summary>A sample's name.</summary>
    public static string Id(int index) => $"s{index:000}";

    /// <summary>Writes so many pictures and their latents.</summary>
    public LatentFolder Write(int count)
    {
        for (var index = 0; index < count; index++)
        {
            WriteImage(Id(index), Pictures.Of(seed, index));
            WriteLatent(Id(index), Encoded(index));
        }

        return this;
    }

    /// <summary>The right latent of a sample, its values on their own: [C,h,w] in C order.</summary>
    public float[] Encoded(int index) => Encode(Pictures.Of(seed, index));

    /// <summary>The latent of any picture [3,64,64].</summary>
    public float[] Encode(float[] image)
    {
        using var batch = Pictures.Batch(image);
        using var latent = encode(batch);
        (Channels, Cells) = ((int)latent.Shape[1], (int)latent.Shape[2]);
        return latent.Span.ToArray();
    }

    /// <summary>Latent channels; known once something was encoded.</summary>
    public int Channels { get; private set; }

    /// <summary>Latent cells along a side; known once something was encoded.</summary>
    public int Cells { get; private set; }

    /// <summary>Where a latent lies.</summary>
    public string PathOf(string id) => Path.Combine(Latents, $"{id}.npy");

    /// <summary>Writes a picture.</summary>
    public void WriteImage(string id, float[] image) => PngFile.Write(Path.Combine(Images, $"{id}.png"), image, new ImageSize(Pictures.Side, Pictures.Side));

    /// <summary>Writes a latent of the usual shape.</summary>
    public void WriteLatent(string id, float[] values) => WriteLatent(id, values, Channels, Cells, Cells);

    /// <summary>Writes a latent of any shape.</summary>
    public void WriteLatent(string id, float[] values, params long[] shape) => NpyFile.Write(PathOf(id), new TensorShape(shape), values);

    /// <summary>Writes the latent of the mirrored picture as sd-scripts does: the file states raw units, the image's size, and by its key that the image was mirrored.</summary>
    public void WriteMirroredCache(int index)
    {
        var values = MemoryMarshal.AsBytes(Encode(Mirrored(Pictures.Of(seed, index), horizontally: true)).AsSpan()).ToArray();
        folder.Safetensors($"latents/{Id(index)}_0064x0064_sd.safetensors", "F32", ($"latents_flipped_{Cells}x{Cells}_float32", values, [Channels, Cells, Cells]));
    }

    /// <summary>Mirrors a picture [3,64,64].</summary>
    public static float[] Mirrored(float[] image, bool horizontally)
    {
        const int Side = Pictures.Side;
        var mirrored = new float[image.Length];
        for (var i = 0; i < image.Length; i++)
        {
            var (x, y) = (i % Side, i / Side % Side);
            mirrored[i] = horizontally ? image[i - x + (Side - 1 - x)] : image[i + ((Side - 1 - (2 * y)) * Side)];
        }

        return mirrored;
    }
}
