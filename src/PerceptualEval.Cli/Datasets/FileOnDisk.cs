using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets;

/// <summary>A file of its own. Its path is put together when it is asked for: listings of a million files hold their ids only.</summary>
internal sealed class FileOnDisk : DatasetFile
{
    private readonly string _prefix;
    private readonly string _extension;

    /// <summary>A file of a folder.</summary>
    /// <param name="folder">The folder with a separator at its end.</param>
    /// <param name="id">Its path within the folder, without extension, with forward slashes.</param>
    /// <param name="extension">What follows the id.</param>
    public FileOnDisk(string folder, string id, string extension)
        : base(id) => (_prefix, _extension) = (folder, extension);

    /// <summary>A file that was named.</summary>
    /// <param name="id">The id of its samples.</param>
    /// <param name="path">The file.</param>
    public FileOnDisk(string id, string path)
        : base(id) => (_prefix, _extension) = (path, "");

    /// <inheritdoc/>
    public override string Path => _extension.Length == 0 ? _prefix : $"{_prefix}{Id}{_extension}";

    /// <inheritdoc/>
    public override TensorFile OpenTensors() => TensorFile.Open(Path);

    /// <inheritdoc/>
    public override TensorBuffer ReadPicture() => ImageFile.Read(Path);

    /// <inheritdoc/>
    public override ImageSize ReadPictureSize() => ImageFile.ReadSize(Path);
}
