using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>A file of an archive that is read from front to back: its bytes are in memory as long as it is referred to.</summary>
/// <param name="id">What it pairs by.</param>
/// <param name="path">Where it came from, for messages.</param>
/// <param name="archive">The kind of archive.</param>
/// <param name="content">Its bytes.</param>
internal sealed class FileInMemory(string id, string path, ArchiveKind archive, byte[] content) : DatasetFile(id)
{
    /// <inheritdoc/>
    public override string Path => path;

    /// <inheritdoc/>
    public override ArchiveKind? Archive => archive;

    /// <inheritdoc/>
    public override long HeldBytes => content.Length;

    /// <inheritdoc/>
    public override TensorFile OpenTensors() => TensorFile.Open(content, path);

    /// <inheritdoc/>
    public override TensorBuffer ReadPicture() => ImageFile.Decode(path, content);

    /// <inheritdoc/>
    public override ImageSize ReadPictureSize() => ImageFile.ReadSize(path, content);
}
