using CsCheck;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Tests.Models;

public sealed class LatentSpaceTests
{
    private const int Channels = 3;

    // Multiply and add round once each, on values up to about 100 after scaling: 1e-5. A factor on the wrong channel, or shift and scaling in the
    // wrong order, move 1e-1.
    private const double Tolerance = 2e-5;

    public static TheoryData<string> Spaces => ["scaling", "scaling and shift", "mean and std", "mean, std and scaling", "mean only"];

    [Theory]
    [MemberData(nameof(Spaces))]
    public void Convert_RawToModel_IsTheFormulaPerChannel(string name)
    {
        var space = Space(name);
        float[] raw = [.. Enumerable.Range(0, 2 * Channels * 4).Select(i => (i - 11) / 4f)];
        using var latents = TensorBuffer.CopyOf(new TensorShape(2, Channels, 2, 2), raw);

        space.Convert(latents, LatentUnits.Raw, LatentUnits.Model);

        for (var i = 0; i < raw.Length; i++)
        {
            var channel = i / 4 % Channels;
            var centred = space.Mean is null ? raw[i] - (space.Shift ?? 0) : (raw[i] - space.Mean[channel]) / (space.Std?[channel] ?? 1);
            Assert.Equal(centred * (space.Scaling ?? 1), latents.Span[i], Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Spaces))]
    public void Convert_ThereAndBack_ReturnsTheValues(string name)
    {
        var space = Space(name);
        Gen.Float[-10, 10].Array[1, 5].Sample(
            row =>
            {
                using var latents = new TensorBuffer(new TensorShape(2, Channels, 1, row.Length));
                for (var offset = 0; offset < latents.Span.Length; offset += row.Length)
                {
                    row.CopyTo(latents.Span[offset..]);
                }

                var before = latents.Span.ToArray();
                space.Convert(latents, LatentUnits.Raw, LatentUnits.Model);
                space.Convert(latents, LatentUnits.Model, LatentUnits.Raw);

                Assert.All(before.Zip(latents.Span.ToArray()), both => Assert.Equal(both.First, both.Second, Tolerance));
            },
            iter: 200);
    }

    [Fact]
    public void Convert_Video_TakesTheChannelOfTheSecondDimension()
    {
        using var latents = TensorBuffer.CopyOf(new TensorShape(1, Channels, 2, 1, 1), [1, 1, 1, 1, 1, 1]);

        (Space("scaling") with { Scaling = null, Mean = [0, 1, 2] }).Convert(latents, LatentUnits.Raw, LatentUnits.Model);

        Assert.Equal([1, 1, 0, 0, -1, -1], latents.Span.ToArray());
    }

    [Fact]
    public void Convert_SameUnits_ChangesNothingEvenWhereNothingIsKnown()
    {
        using var latents = TensorBuffer.CopyOf(new TensorShape(1, Channels, 1, 1), [1, 2, 3]);

        (Space("scaling") with { Scaling = null }).Convert(latents, LatentUnits.Raw, LatentUnits.Raw);

        Assert.Equal([1, 2, 3], latents.Span.ToArray());
    }

    [Fact]
    public void Convert_NothingKnown_IsRefused()
    {
        var space = Space("scaling") with { Scaling = null };
        using var latents = new TensorBuffer(new TensorShape(1, Channels, 1, 1));

        Assert.False(space.CanConvert);
        Assert.Throws<InvalidOperationException>(() => space.Convert(latents, LatentUnits.Raw, LatentUnits.Model));
    }

    [Fact]
    public void Convert_OtherChannels_AreRefusedWithBoth()
    {
        using var latents = new TensorBuffer(new TensorShape(1, 4, 1, 1));

        var exception = Assert.Throws<ArgumentException>(() => Space("scaling").Convert(latents, LatentUnits.Raw, LatentUnits.Model));

        Assert.Contains("[1,4,1,1]; this latent space has 3 channels", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(2, 0)]
    public void Convert_EmptyBatch_StaysEmpty(int batch, int height)
    {
        using var latents = new TensorBuffer(new TensorShape(batch, Channels, height, 2));

        Space("scaling and shift").Convert(latents, LatentUnits.Model, LatentUnits.Raw);

        Assert.Equal(0, latents.Span.Length);
    }

    private static LatentSpace Space(string name)
    {
        var space = new LatentSpace { Channels = Channels, SpatialFactor = 8, Units = LatentUnits.Model };
        double[] mean = [-0.5, 0.25, 1.5];
        double[] std = [0.5, 2, 1.25];
        return name switch
        {
            "scaling" => space with { Scaling = 0.18215 },
            "scaling and shift" => space with { Scaling = 0.3611, Shift = 0.1159 },
            "mean and std" => space with { Mean = mean, Std = std },
            "mean, std and scaling" => space with { Mean = mean, Std = std, Scaling = 0.5 },
            _ => space with { Mean = mean },
        };
    }
}
