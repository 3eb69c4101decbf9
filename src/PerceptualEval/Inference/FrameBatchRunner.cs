using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference;

/// <summary>Runs a video decoder's graph over clips, a batch of frames at a time; what the convolutions remember stays on the device.</summary>
/// <param name="session">The graph; stays the caller's.</param>
/// <param name="space">The latents that the graph takes.</param>
/// <param name="batching">The batches, and the caches that go from one to the next.</param>
internal sealed class FrameBatchRunner(OrtSession session, LatentSpace space, FrameBatching batching)
{
    private readonly string[] _nextCaches = [.. batching.Caches.Select(cache => FrameBatching.NextPrefix + cache.Name)];

    /// <summary>Checks a graph's inputs and outputs against what the manifest promises.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="space">The latents that it takes.</param>
    /// <param name="batching">Its caches.</param>
    /// <exception cref="ModelException">They differ.</exception>
    public static void CheckGraph(GraphSignature graph, LatentSpace space, FrameBatching batching)
    {
        graph.ExpectInput("latent", -1, space.Channels, -1, -1, -1);
        graph.ExpectOutput("image", -1, 3, -1, -1, -1);
        foreach (var cache in batching.Caches)
        {
            graph.ExpectInput(cache.Name, -1, cache.Channels, -1, -1, -1);
            graph.ExpectOutput(FrameBatching.NextPrefix + cache.Name, -1, cache.Channels, -1, -1, -1);
        }
    }

    /// <summary>Decodes clips.</summary>
    /// <param name="latents">[N,C,t,h,w] in the graph's units.</param>
    /// <param name="video">[N,3,T,H,W]; filled.</param>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public void Decode(TensorBuffer latents, TensorBuffer video)
    {
        var caches = Array.ConvertAll([.. batching.Caches], cache => WithoutFrames(cache, latents.Shape));
        try
        {
            var done = 0;
            foreach (var (start, length) in batching.Batches((int)latents.Shape[2]))
            {
                using var batch = ClipFrames.Read(latents, start, length);
                using var frames = new TensorBuffer(ClipFrames.Shape(video.Shape, space.VideoFrames(length)));
                var next = Run(batch, caches, frames);
                Dispose(caches);
                caches = next;
                ClipFrames.Write(frames, video, done);
                done += (int)frames.Shape[2];
            }
        }
        finally
        {
            Dispose(caches);
        }
    }

    // Decodes one batch into frames; returns the caches for the next.
    private OrtValue[] Run(TensorBuffer batch, OrtValue[] caches, TensorBuffer frames)
    {
        using var latent = OrtSession.Wrap(batch);
        (string, OrtValue)[] inputs = [("latent", latent), .. batching.Caches.Zip(caches, (cache, value) => (cache.Name, value))];
        var outputs = session.Run(inputs, "image", frames, _nextCaches);
        outputs[^1].Dispose();
        return [.. outputs.SkipLast(1)];
    }

    private static OrtValue WithoutFrames(FrameCache cache, TensorShape latents) => OrtValue.CreateAllocatedTensorValue(
        OrtAllocator.DefaultInstance, TensorElementType.Float,
        [latents[0], cache.Channels, 0, latents[3] * cache.SpatialScale, latents[4] * cache.SpatialScale]);

    private static void Dispose(OrtValue[] values)
    {
        foreach (var value in values)
        {
            value.Dispose();
        }
    }
}
