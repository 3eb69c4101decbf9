using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets.Files;

/// <summary>A file of its own. Its path is put together when it is asked for: a listing of a million files holds little more than their ids.</summary>
internal sealed class FileOnDisk : DatasetFile
{
    // Endings that are worth sharing: extensions, and what trainers add to an image's name.
    private const int MaxSharedEnding = 32;

    private readonly string _start;
    private readonly string? _ending;

    /// <summary>A file of a folder.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="folder">The folder with a separator at its end.</param>
    /// <param name="name">Its path within the folder, with forward slashes.</param>
    public FileOnDisk(string id, string folder, string name)
        : base(id)
    {
        if (name.StartsWith(id, StringComparison.Ordinal) && name.Length - id.Length <= MaxSharedEnding)
        {
            (_start, _ending) = (folder, string.Intern(name[id.Length..]));
        }
        else
        {
            _start = folder + name;
        }
    }

    /// <summary>A file that was named.</summary>
    /// <param name="id">The id of its samples.</param>
    /// <param name="path">The file.</param>
    public FileOnDisk(string id, string path)
        : base(id) => _start = path;

    /// <inheritdoc/>
    public override string Path => _ending is null ? _start : $"{_start}{Id}{_ending}";

    /// <inheritdoc/>
    public override TensorFile OpenTensors() => TensorFile.Open(Path);

    /// <inheritdoc/>
    public override TensorBuffer ReadPicture() => ImageFile.Read(Path);

    /// <inheritdoc/>
    public override ImageSize ReadPictureSize() => ImageFile.ReadSize(Path);
}
