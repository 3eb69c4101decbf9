namespace PerceptualEval.Inference;

/// <summary>Where tiles lie along one side of a latent, and how much each counts at every pixel.</summary>
internal sealed class TileAxis
{
    /// <summary>Places tiles of equal length evenly, the first at the beginning and the last at the end.</summary>
    /// <param name="length">Latent cells along the side.</param>
    /// <param name="tiling">The tiles.</param>
    /// <param name="factor">Image pixels per latent cell.</param>
    public TileAxis(int length, Tiling tiling, int factor)
    {
        TileLength = Math.Min(length, tiling.Size);
        var count = length <= tiling.Size ? 1 : (length - tiling.Overlap + tiling.Size - tiling.Overlap - 1) / (tiling.Size - tiling.Overlap);
        Starts = [.. Enumerable.Range(0, count).Select(i => count == 1 ? 0 : (int)((long)i * (length - TileLength) / (count - 1)))];
        Weights = [.. Enumerable.Range(0, count).Select(_ => new float[TileLength * factor])];
        Weigh(length * factor, factor, tiling.Overlap * factor);
    }

    /// <summary>The latent cells of a tile.</summary>
    public int TileLength { get; }

    /// <summary>The first latent cell of every tile.</summary>
    public int[] Starts { get; }

    /// <summary>For every tile, the weight of each of its pixels; at every pixel of the image the weights of all tiles add up to 1.</summary>
    public float[][] Weights { get; }

    // A tile counts fully in its middle and less and less over the width of the overlap towards its edges, except at the image's own.
    private void Weigh(int pixels, int factor, int ramp)
    {
        var total = new double[pixels];
        var raw = new double[Starts.Length][];
        for (var tile = 0; tile < Starts.Length; tile++)
        {
            var (begin, size) = (Starts[tile] * factor, TileLength * factor);
            raw[tile] = new double[size];
            for (var i = 0; i < size; i++)
            {
                var left = begin == 0 ? 1 : (i + 0.5) / ramp;
                var right = begin + size == pixels ? 1 : (size - i - 0.5) / ramp;
                raw[tile][i] = Math.Min(1, Math.Min(left, right));
                total[begin + i] += raw[tile][i];
            }
        }

        for (var tile = 0; tile < Starts.Length; tile++)
        {
            for (var i = 0; i < raw[tile].Length; i++)
            {
                Weights[tile][i] = (float)(raw[tile][i] / total[(Starts[tile] * factor) + i]);
            }
        }
    }
}
