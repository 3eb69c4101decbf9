using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Verbs;

namespace PerceptualEval.Cli.Demo;

/// <summary>Several images of the same size in one picture, with a white line between them.</summary>
internal static class SideBySide
{
    private const int Gap = 4;
    private const float White = 1;

    /// <summary>Writes the picture as PNG.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="images">[3,H,W] each, in [-1,1], all of it finite.</param>
    /// <param name="size">The size of each.</param>
    /// <exception cref="Results.OutputException">The file can't be written.</exception>
    public static void Write(string path, IReadOnlyList<float[]> images, ImageSize size)
    {
        var width = (images.Count * (size.Width + Gap)) - Gap;
        var picture = new float[3 * size.Height * width];
        Array.Fill(picture, White);
        for (var index = 0; index < images.Count; index++)
        {
            for (var row = 0; row < 3 * size.Height; row++)
            {
                images[index].AsSpan(row * size.Width, size.Width).CopyTo(picture.AsSpan((row * width) + (index * (size.Width + Gap))));
            }
        }

        OutputFile.WritePng(path, picture, new ImageSize(size.Height, width));
    }
}
