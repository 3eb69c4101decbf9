using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Results;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Writes tensors and pictures that are results: a disk that fails then is no bad input but a fault while running.</summary>
internal static class OutputFile
{
    /// <summary>Proves, before the work starts, that a file can be written; leaves nothing behind.</summary>
    /// <exception cref="OutputException">It can't.</exception>
    public static void RequireWritable(string path)
    {
        using var probe = new ReplacedFile(path);
    }

    /// <summary>Writes values as float32 .npy.</summary>
    /// <exception cref="OutputException">The file can't be written.</exception>
    public static void WriteNpy(string path, TensorShape shape, ReadOnlySpan<float> values)
    {
        try
        {
            NpyFile.Write(path, shape, values);
        }
        catch (TensorFileException exception) when (exception.InnerException is { } cause && OutputException.IsCause(cause))
        {
            throw OutputException.Because(path, cause, whileRunning: true);
        }
    }

    /// <summary>Writes an image [3,H,W] in [-1,1], all of it finite, as PNG.</summary>
    /// <exception cref="OutputException">The file can't be written.</exception>
    public static void WritePng(string path, ReadOnlySpan<float> image, ImageSize size)
    {
        try
        {
            PngFile.Write(path, image, size);
        }
        catch (ImageFileException exception) when (exception.InnerException is { } cause && OutputException.IsCause(cause))
        {
            throw OutputException.Because(path, cause, whileRunning: true);
        }
    }

    /// <summary>Writes a spatial map [H,W], all of it finite, as a heat map with a legend.</summary>
    /// <exception cref="OutputException">The file can't be written.</exception>
    public static void WriteHeatMap(string path, ReadOnlySpan<float> map, ImageSize size, double distance)
    {
        try
        {
            HeatMap.Write(path, map, size, distance);
        }
        catch (ImageFileException exception) when (exception.InnerException is { } cause && OutputException.IsCause(cause))
        {
            throw OutputException.Because(path, cause, whileRunning: true);
        }
    }
}
