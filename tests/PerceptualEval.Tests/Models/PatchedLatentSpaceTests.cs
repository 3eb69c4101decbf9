using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Tests.Models;

/// <summary>Latents whose 2×2 cells are folded into channels, as FLUX.2's.</summary>
public class PatchedLatentSpaceTests
{
    private static readonly LatentSpace Space = new()
    {
        Channels = 2,
        SpatialFactor = 8,
        Units = LatentUnits.Raw,
        PatchSize = 2,
        Mean = [1, 2, 3, 4, 5, 6, 7, 8],
        Std = [1, 2, 4, 8, 16, 32, 64, 128],
    };

    [Fact]
    public void ToGraph_FoldedModelUnits_UnfoldsAndUndoesTheNormalisation()
    {
        using var folded = new TensorBuffer(new TensorShape(1, 8, 1, 2));
        folded.Span.Fill(1);
        folded.Span[15] = 0;

        using var raw = Space.ToGraph(folded, null);

        // mean + std of the channel's two rows and columns; the last folded value is the last cell of the second channel.
        Assert.Equal(new TensorShape(1, 2, 2, 4), raw.Shape);
        Assert.Equal([2, 4, 2, 4, 7, 12, 7, 12, 21, 38, 21, 38, 71, 136, 71, 8], raw.Span.ToArray());
    }

    [Fact]
    public void Convert_ToModelAndBack_GivesTheLatentsBack()
    {
        using var latents = new TensorBuffer(new TensorShape(2, 2, 3, 5));
        for (var i = 0; i < latents.Span.Length; i++)
        {
            latents.Span[i] = MathF.Sin(i);
        }

        var before = latents.Span.ToArray();

        Space.Convert(latents, LatentUnits.Raw, LatentUnits.Model);
        Assert.NotEqual(before, latents.Span.ToArray());
        Space.Convert(latents, LatentUnits.Model, LatentUnits.Raw);

        for (var i = 0; i < before.Length; i++)
        {
            // The means are up to 8, so a value of 1 keeps all but a few bits.
            Assert.Equal(before[i], latents.Span[i], 4e-6f);
        }
    }

    [Theory]
    [InlineData(8, null, LatentUnits.Model)]
    [InlineData(2, null, LatentUnits.Raw)]
    [InlineData(2, LatentUnits.Model, LatentUnits.Model)]
    [InlineData(8, LatentUnits.Raw, LatentUnits.Raw)]
    public void UnitsOf_ChannelsAndStatement_AreToldByTheChannelsWhereNothingIsStated(int channels, LatentUnits? stated, LatentUnits expected) =>
        Assert.Equal(expected, Space.UnitsOf(new TensorShape(1, channels, 4, 4), stated));
}
