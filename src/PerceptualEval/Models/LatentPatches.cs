using PerceptualEval.Tensors;

namespace PerceptualEval.Models;

/// <summary>Latents whose cells are folded into channels, as FLUX.2's transformer takes them (huggingface/diffusers <c>pipeline_flux2.py</c>).</summary>
internal static class LatentPatches
{
    /// <summary>[N,C·p²,h,w] → [N,C,h·p,w·p].</summary>
    /// <param name="latents">Folded latents; not changed.</param>
    /// <param name="space">Their latent space.</param>
    /// <returns>A buffer that the caller owns.</returns>
    public static TensorBuffer Unfold(TensorBuffer latents, LatentSpace space)
    {
        var unfolded = new TensorBuffer(space.Unpatched(latents.Shape));
        var patch = space.PatchSize;
        var (height, width) = ((int)latents.Shape[2], (int)latents.Shape[3]);
        var from = latents.Span;
        var to = unfolded.Span;
        for (var i = 0; i < from.Length; i += width)
        {
            // One row of one folded plane: every p-th value of a row of the unfolded one.
            var plane = i / (height * width);
            var (cell, row) = (plane % (patch * patch), i / width % height);
            var start = (plane / (patch * patch) * height * width * patch * patch) + (((row * patch) + (cell / patch)) * width * patch) + (cell % patch);
            for (var x = 0; x < width; x++)
            {
                to[start + (x * patch)] = from[i + x];
            }
        }

        return unfolded;
    }

    /// <summary>Scales a plane that is not folded with a factor and a bias per cell of the patch.</summary>
    /// <param name="plane">[h,w]; changed in place.</param>
    /// <param name="width">w.</param>
    /// <param name="patch">The patch's side.</param>
    /// <param name="affine">Factor and bias for a cell: row·p + column.</param>
    public static void Scale(Span<float> plane, int width, int patch, Func<int, (float Factor, float Bias)> affine)
    {
        var cells = Enumerable.Range(0, patch * patch).Select(affine).ToArray();
        for (var i = 0; i < plane.Length; i++)
        {
            var (factor, bias) = cells[(i / width % patch * patch) + (i % width % patch)];
            plane[i] = (plane[i] * factor) + bias;
        }
    }
}
