namespace PerceptualEval.Inference;

/// <summary>Decodes large latents in overlapping square tiles, so that memory depends on the tile and not on the picture. Of a clip, a tile has all frames.</summary>
/// <remarks>
/// A deviation from the network: group norms and attention see one tile instead of the whole picture, so tones may differ from tile to
/// tile. The overlaps are blended linearly, which hides the seams and does not remove the difference. Latents that fit one tile are decoded
/// as without tiling, to the same bits.
/// </remarks>
/// <param name="Size">The side of a tile in latent cells, at least 8. 64 are 512 pixels at 1/8.</param>
/// <param name="Overlap">How far neighbouring tiles overlap at least, in latent cells, from 1 to half of <paramref name="Size"/>.</param>
public sealed record Tiling(int Size, int Overlap)
{
    private const int Smallest = 8;

    /// <summary>Tiles of a size that overlap by a quarter of it, as diffusers' do.</summary>
    /// <param name="size">The side of a tile in latent cells, at least 8.</param>
    public Tiling(int size)
        : this(size, size / 4)
    {
    }

    /// <summary>The side of a tile in latent cells.</summary>
    public int Size { get; } = Size >= Smallest
        ? Size
        : throw new ArgumentOutOfRangeException(nameof(Size), Size, $"a tile is at least {Smallest} latent cells wide.");

    /// <summary>How far neighbouring tiles overlap at least, in latent cells.</summary>
    public int Overlap { get; } = Overlap >= 1 && Overlap <= Size / 2
        ? Overlap
        : throw new ArgumentOutOfRangeException(nameof(Overlap), Overlap, $"tiles of {Size} latent cells overlap by 1 to {Size / 2}.");
}
