using PerceptualEval.Cli.Results;
using PerceptualEval.TensorFiles;
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
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".perceptual-eval.{Guid.NewGuid():N}");
            using (var stream = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose))
            {
                stream.WriteByte(0);
            }
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            throw new OutputException(folder, $"can't be written to ({exception.Message.TrimEnd('.')}); choose another folder.", exception);
        }
    }

    /// <summary>The path of a sample's file; the folders of an id such as <c>a/b</c> are made.</summary>
    /// <exception cref="OutputException">The folder can't be made.</exception>
    public string PathOf(string id, string extension)
    {
        var path = Path.Combine(_folder, id + extension);
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

    /// <summary>Writes a sample's values as float32 .npy.</summary>
    /// <exception cref="OutputException">The file can't be written.</exception>
    public void WriteNpy(string id, TensorShape shape, ReadOnlySpan<float> values)
    {
        var path = PathOf(id, ".npy");
        try
        {
            NpyFile.Write(path, shape, values);
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            throw OutputException.Because(path, exception, whileRunning: true);
        }
    }
}
