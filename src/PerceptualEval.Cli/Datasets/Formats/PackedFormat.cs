using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>What diffusers' FLUX and FLUX.2 pipelines return for <c>output_type="latent"</c>, saved as it is: <c>[B,tokens,64]</c> or <c>[B,tokens,128]</c>.</summary>
/// <remarks>
/// Packed by <c>pipeline_flux.py</c> and <c>pipeline_flux2.py</c>; a token covers 16x16 pixels. A shape alone does not tell
/// <c>[16,64,64]</c> tokens from a latent: tensors are taken for packed where <c>--size</c> fits them, and asked about where no latent has that shape.
/// </remarks>
internal sealed class PackedFormat : LatentFormat
{
    private const int PixelsPerToken = 16;
    private const int FluxValues = 64;
    private const int Flux2Values = 128;

    // No image is so much higher than wide.
    private const int MostRowsPerColumn = 32;

    public override string Name => "packed";

    public override string Writer => "diffusers, FLUX and FLUX.2 pipeline outputs";

    public override RecognisedFile? Recognise(LatentFile file)
    {
        if (file.Tensors is not [{ Shape.Rank: 2 or 3 } tensor] || (file.Container == "torch" && file.Bare is null) || tensor.Shape[^1] is not (FluxValues or Flux2Values))
        {
            return null;
        }

        var tokens = tensor.Shape[^2];
        if (file.Reading.Size is not { } size)
        {
            return IsForced(file) || tensor.Shape.Rank == 2 || IsNoLatent(tensor)
                ? throw file.Refuse($"shape {tensor.Shape} looks like packed latents: {tokens} tokens of {tensor.Shape[^1]} values. Give the image's size in pixels, --size HxW.", tensor)
                : null;
        }

        var grid = new TokenGrid(1, size.Height / PixelsPerToken, size.Width / PixelsPerToken);
        if (grid.Count == tokens && size.Height % PixelsPerToken == 0 && size.Width % PixelsPerToken == 0)
        {
            return Found(Describe(tensor, grid));
        }

        return IsForced(file) || tensor.Shape.Rank == 2 || IsNoLatent(tensor)
            ? throw file.Refuse($"shape {tensor.Shape}; an image of {size} pixels has {grid.Height}x{grid.Width} = {grid.Count} tokens of {PixelsPerToken}x{PixelsPerToken}. Give --size as HxW of these images.", tensor)
            : null;
    }

    private static bool IsNoLatent(TensorEntry tensor) => tensor.Shape[0] == 1 || tensor.Shape[1] > MostRowsPerColumn * tensor.Shape[2];

    private static StoredLatent Describe(TensorEntry tensor, TokenGrid grid) => tensor.Shape[^1] == FluxValues
        ? new StoredLatent(tensor, "", LatentLayout.PatchTokens, UnitStatement.Model("diffusers' FLUX pipeline returns packed latents before it scales them back", LatentFamily.Flux)) { Grid = grid }
        : new StoredLatent(tensor, "", LatentLayout.Tokens, UnitStatement.Model("diffusers' FLUX.2 pipeline returns packed latents before it scales them back")) { Grid = grid };
}
