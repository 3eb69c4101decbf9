using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>One way in which a trainer or tool leaves latents on disk: told by container, file name, keys and metadata, never by values.</summary>
internal abstract class LatentFormat
{
    /// <summary>The name for <c>--format</c>, such as <c>kohya</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Who writes it, for people.</summary>
    public abstract string Writer { get; }

    /// <summary>Which image a file was made from, told by its name alone; null where the name says nothing more than any other.</summary>
    public virtual SourceId? Source(CacheFileName file) => null;

    /// <summary>Whether a file of this name lies beside the latents of this format without being one; folders are listed without it.</summary>
    public virtual bool Skips(CacheFileName file) => false;

    /// <summary>Finds the latents of a file.</summary>
    /// <param name="file">What is known of the file without its values.</param>
    /// <returns>Its latents; null where the file is not of this format.</returns>
    /// <exception cref="DatasetException">The file is of this format, but what it holds is no latent, or can't be laid out.</exception>
    public abstract RecognisedFile? Recognise(LatentFile file);

    /// <summary>Whether the user said that a file is of this format: then its keys and shapes have to be, but not what it is called.</summary>
    protected bool IsForced(LatentFile file) => file.Reading.Format == Name;

    /// <summary>The layout of a tensor without batch dimension: <c>[C,h,w]</c>, or <c>[C,F,h,w]</c> of VAEs for video.</summary>
    protected static LatentLayout ImageOrVideo(TensorEntry tensor) => tensor.Shape.Rank == 4 ? LatentLayout.ChannelsFirst : LatentLayout.Image;

    /// <summary>The answer of <see cref="Recognise"/> where there are latents.</summary>
    protected RecognisedFile Found(params IReadOnlyList<StoredLatent> latents) => new(this, latents);
}
