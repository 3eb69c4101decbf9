using System.Numerics.Tensors;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference;

/// <summary>Decodes latents tile by tile and blends the overlaps; see <see cref="Tiling"/>.</summary>
internal static class TiledDecoding
{
    /// <summary>Whether latents are larger than one tile.</summary>
    public static bool Applies(TensorShape latents, Tiling? tiling) => tiling is not null && Math.Max(latents[^2], latents[^1]) > tiling.Size;

    /// <summary>Decodes latents into images.</summary>
    /// <param name="latents">[N,C,h,w], or clips [N,C,t,h,w], in the graph's units.</param>
    /// <param name="images">[N,3,H,W], or videos [N,3,T,H,W]; overwritten.</param>
    /// <param name="tiling">The tiles.</param>
    /// <param name="decode">Decodes a tile of all samples: latents in, images out.</param>
    public static void Decode(TensorBuffer latents, TensorBuffer images, Tiling tiling, Action<TensorBuffer, TensorBuffer> decode)
    {
        var factor = (int)(images.Shape[^2] / latents.Shape[^2]);
        var rows = new TileAxis((int)latents.Shape[^2], tiling, factor);
        var columns = new TileAxis((int)latents.Shape[^1], tiling, factor);
        images.Span.Clear();
        using var tile = new TensorBuffer(new TensorShape([.. latents.Shape.Dimensions[..^2], rows.TileLength, columns.TileLength]));
        using var decoded = new TensorBuffer(new TensorShape([.. images.Shape.Dimensions[..^2], rows.TileLength * factor, columns.TileLength * factor]));
        for (var row = 0; row < rows.Starts.Length; row++)
        {
            for (var column = 0; column < columns.Starts.Length; column++)
            {
                Cut(latents, rows.Starts[row], columns.Starts[column], tile);
                decode(tile, decoded);
                Blend(decoded, rows.Weights[row], columns.Weights[column], images, rows.Starts[row] * factor, columns.Starts[column] * factor);
            }
        }
    }

    private static void Cut(TensorBuffer from, int top, int left, TensorBuffer tile)
    {
        var (height, width) = ((int)from.Shape[^2], (int)from.Shape[^1]);
        var (tileHeight, tileWidth) = ((int)tile.Shape[^2], (int)tile.Shape[^1]);
        for (var i = 0; i * tileWidth < tile.Span.Length; i++)
        {
            var (plane, y) = (i / tileHeight, i % tileHeight);
            from.Span.Slice((((plane * height) + top + y) * width) + left, tileWidth).CopyTo(tile.Span.Slice(i * tileWidth, tileWidth));
        }
    }

    private static void Blend(TensorBuffer tile, float[] rowWeights, float[] columnWeights, TensorBuffer images, int top, int left)
    {
        var (height, width) = ((int)images.Shape[^2], (int)images.Shape[^1]);
        var (tileHeight, tileWidth) = (rowWeights.Length, columnWeights.Length);
        var weights = new float[tileWidth];
        for (var i = 0; i * tileWidth < tile.Span.Length; i++)
        {
            var (plane, y) = (i / tileHeight, i % tileHeight);
            var target = images.Span.Slice((((plane * height) + top + y) * width) + left, tileWidth);
            TensorPrimitives.Multiply<float>(columnWeights, rowWeights[y], weights);
            TensorPrimitives.MultiplyAdd(tile.Span.Slice(i * tileWidth, tileWidth), weights, target, target);
        }
    }
}
