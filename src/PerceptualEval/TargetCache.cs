using PerceptualEval.Inference.Caching;

namespace PerceptualEval;

/// <summary>
/// A folder that keeps what was computed of target latents: the LPIPS features of their decoded images, and of clips the decoded frames. A
/// later run with the same targets, models and settings reads them instead of decoding again; its losses are the same, to the last bit where a
/// sample's score does not depend on its batch, as on the CPU. Any number of processes may use a folder at once; what is damaged is computed
/// again, and a folder that can't be written keeps nothing.
/// </summary>
/// <remarks>
/// Features are many: of a picture of 256x256 pixels LPIPS-squeeze has 9 MB, LPIPS-vgg 32 MB; a clip has 12 bytes a pixel. They go with the
/// picture's area. What was not used for longest is removed first. What does not depend on the decoder (the images of the third term) is
/// not kept: they have to be read anyway, and their features take a fraction of a decoding.
/// </remarks>
/// <param name="folder">The folder; made when something is kept.</param>
/// <param name="capacity">The most bytes to keep, at least 1. Each process looks again after a twentieth of it: several together may keep that much more each for a while.</param>
/// <exception cref="ArgumentException"><paramref name="folder"/> is empty.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is less than 1.</exception>
public sealed class TargetCache(string folder, long capacity)
{
    /// <summary>The folder.</summary>
    public string Folder { get; } = string.IsNullOrEmpty(folder) ? throw new ArgumentException("a cache needs a folder.", nameof(folder)) : folder;

    /// <summary>The most bytes to keep.</summary>
    public long Capacity { get; } = capacity >= 1
        ? capacity
        : throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "a cache holds at least 1 byte.");

    /// <summary>The entries.</summary>
    internal CacheFolder Entries { get; } = new(folder, capacity);
}
