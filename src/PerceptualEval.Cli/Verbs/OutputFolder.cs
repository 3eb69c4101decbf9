using System.Globalization;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Results;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Verbs;

/// <summary>The folder of <c>--out</c>: one file per sample, named by its id; made, and proved to be writable, before the work starts.</summary>
internal sealed class OutputFolder
{
    private readonly string _folder;

    /// <summary>Makes the folder where it does not exist.</summary>
    /// <exception cref="OutputException">It can't be made or written to.</exception>
    public OutputFolder(string folder)
    {
        _folder = folder;
        if (File.Exists(folder))
        {
            throw new OutputException(folder, "is a file; results go to a folder: choose another name.");
        }

        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".perceptual-eval.{Guid.NewGuid():N}");
            using var stream = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            stream.WriteByte(0);
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            throw new OutputException(folder, $"can't be written to ({exception.Message.TrimEnd('.')}); choose another folder.", exception);
        }
    }

    /// <summary>Writes a sample's values as float32 <c>ID.npy</c>.</summary>
    /// <exception cref="DatasetException">The id leads out of the folder, or to the sample's own file.</exception>
    /// <exception cref="OutputException">The file can't be written.</exception>
    public void WriteNpy(Sample sample, TensorShape shape, ReadOnlySpan<float> values) => OutputFile.WriteNpy(PathOf(sample, ".npy"), shape, values);

    /// <summary>Writes a sample's image [3,H,W] in [-1,1], all of it finite, as <c>ID.png</c>.</summary>
    /// <exception cref="DatasetException">The id leads out of the folder, or to the sample's own file.</exception>
    /// <exception cref="OutputException">The file can't be written.</exception>
    public void WritePng(Sample sample, ReadOnlySpan<float> image, ImageSize size) => OutputFile.WritePng(PathOf(sample, ".png"), image, size);

    /// <summary>Writes a frame [3,H,W] in [-1,1] of a sample's clip, all of it finite, as <c>ID/0000.png</c>.</summary>
    /// <exception cref="DatasetException">The id leads out of the folder.</exception>
    /// <exception cref="OutputException">The file can't be written.</exception>
    public void WriteFrame(Sample sample, int frame, ReadOnlySpan<float> image, ImageSize size) =>
        OutputFile.WritePng(PathOf(sample, string.Create(CultureInfo.InvariantCulture, $"/{frame:0000}.png")), image, size);

    // The folders of an id such as a/b are made.
    private string PathOf(Sample sample, string extension)
    {
        var path = Resolve(sample, extension);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return path;
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            throw OutputException.Because(path, exception, whileRunning: true);
        }
    }

    // Ids come from tensor names, which may be anybody's: none may write elsewhere, nor over the file that is being read.
    private string Resolve(Sample sample, string extension)
    {
        var tensor = sample.Sources[0].Tensor;
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(_folder));
        var path = Path.GetFullPath(Path.Combine(root, sample.Id.Replace('\0', '\uFFFD') + extension));
        if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new DatasetException($"{tensor}: its sample '{sample.Id}' would be written outside of '{_folder}'. Rename the tensor.");
        }

        return path == Path.GetFullPath(tensor.Path)
            ? throw new DatasetException($"{tensor}: its result would replace this file. Choose another folder than '{_folder}' for --out.")
            : path;
    }
}
