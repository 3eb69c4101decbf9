using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets.Files;

/// <summary>A tensor file or picture of a dataset, wherever it lies: on disk, or within an archive.</summary>
/// <param name="id">What it pairs by: its path within the folder or archive, without extension, with forward slashes on every system.</param>
internal abstract class DatasetFile(string id)
{
    /// <summary>What it pairs by, and the id of its samples.</summary>
    public string Id { get; } = id;

    /// <summary>Where it lies, for messages; ends in its name, extension included. The path of an archive's member begins with the archive's.</summary>
    public abstract string Path { get; }

    /// <summary>The kind of archive that it lies in; null on disk.</summary>
    public virtual ArchiveKind? Archive => null;

    /// <summary>How much memory it takes as long as it is referred to, beyond its names.</summary>
    public virtual long HeldBytes => 0;

    /// <summary>Opens it as a tensor file.</summary>
    /// <exception cref="TensorFileException">It can't be read, or is no tensor file.</exception>
    public abstract TensorFile OpenTensors();

    /// <summary>Reads it as a picture, <c>[1,3,H,W]</c> in [-1,1].</summary>
    /// <exception cref="ImageFileException">It can't be read, or is no picture.</exception>
    public abstract TensorBuffer ReadPicture();

    /// <summary>Reads a picture's size.</summary>
    /// <exception cref="ImageFileException">It can't be read, or is no picture.</exception>
    public abstract ImageSize ReadPictureSize();
}
