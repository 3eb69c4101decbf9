namespace PerceptualEval.Models;

/// <summary>
/// How a video decoder's graph takes a clip: a few latent frames a run, with what its causal convolutions remember carried from
/// run to run. The memory for a clip does not grow with its length, and the result is that of the reference implementation, which
/// decodes in the same batches.
/// </summary>
/// <param name="LatentFrames">Latent frames in a batch; the first batch also takes those that are left over.</param>
/// <param name="Caches">
/// The convolution caches: each is an input of the graph, without frames in the first run, and an output of the name prefixed with
/// <see cref="NextPrefix"/> that goes into the next run.
/// </param>
public sealed record FrameBatching(int LatentFrames, IReadOnlyList<FrameCache> Caches)
{
    /// <summary>What the output that replaces a cache is called: this and the cache's name.</summary>
    public const string NextPrefix = "next_";

    /// <summary>The batches that a clip is decoded in, as diffusers does: of 5 latent frames in twos, the first takes 3.</summary>
    /// <param name="latentFrames">The clip's latent frames, at least 1.</param>
    /// <returns>Start and length of each batch, in order; together they are all frames.</returns>
    public IEnumerable<(int Start, int Length)> Batches(int latentFrames)
    {
        var length = Math.Min(latentFrames, LatentFrames + (latentFrames % LatentFrames));
        for (var start = 0; start < latentFrames; start += length, length = LatentFrames)
        {
            yield return (start, length);
        }
    }
}
