using System.Numerics.Tensors;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval;

/// <summary>The LPIPS terms of decoded clips, frame by frame: a few frames at a time, so that memory does not grow with the clip's length.</summary>
internal sealed class ClipTerms(PerceptualNetwork lpips, PerceptualTerms terms)
{
    // Frames of as many pixels go through the LPIPS network together: one picture of 1024x1024, or 16 of 256x256.
    private const long PixelsPerRun = 1 << 20;

    /// <summary>Computes the terms of one clip.</summary>
    /// <param name="index">Which clip of the batch.</param>
    /// <param name="decoded">decode(pred), [N,3,T,H,W].</param>
    /// <param name="target">decode(target), [N,3,T,H,W]; null where the perceptual term has no weight.</param>
    /// <param name="videos">What the third term compares with, [N,3,T,H',W']; may be null where it has no weight.</param>
    /// <returns>The terms of each frame, in order; NaN for frames that are not finite.</returns>
    public FrameLoss[] Compute(int index, TensorBuffer decoded, TensorBuffer? target, TensorBuffer? videos)
    {
        var frames = new FrameLoss[decoded.Shape[2]];
        var pixels = Math.Max(Pixels(decoded), videos is null ? 0 : Pixels(videos));
        var most = (int)Math.Max(1, PixelsPerRun / pixels);
        for (var start = 0; start < frames.Length; start += most)
        {
            var count = Math.Min(most, frames.Length - start);
            using var decodedFrames = ClipFrames.ReadImages(decoded, index, start, count);
            using var targetFrames = target is null ? null : ClipFrames.ReadImages(target, index, start, count);
            using var videoFrames = videos is null ? null : ClipFrames.ReadImages(videos, index, start, count);
            using var targetFeatures = targetFrames is null ? null : lpips.Features(targetFrames);
            using var videoFeatures = videoFrames is null ? null : terms.Prepare(videoFrames, decodedFrames.Shape);
            var losses = terms.Compute(decodedFrames, targetFeatures, videoFeatures);
            for (var i = 0; i < count; i++)
            {
                // A network may swallow a NaN: what went in decides.
                var poison = IsFinite(decodedFrames, i) && IsFinite(targetFrames, i) && IsFinite(videoFrames, i) ? 0 : double.NaN;
                frames[start + i] = new FrameLoss(losses[i].PerceptualLoss + poison, losses[i].PerceptualLossOnInputs + poison);
            }
        }

        return frames;
    }

    /// <summary>A clip's terms: the means over its frames.</summary>
    public static FrameLoss Mean(FrameLoss[] frames) =>
        new(frames.Average(frame => frame.PerceptualLoss), frames.Average(frame => frame.PerceptualLossOnInputs));

    private static long Pixels(TensorBuffer clips) => clips.Shape[3] * clips.Shape[4];

    private static bool IsFinite(TensorBuffer? images, int index) => images is null || TensorPrimitives.IsFiniteAll<float>(images.Sample(index));
}
