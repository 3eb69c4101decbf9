using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval.ModelBuilder.Tests.Reference;

/// <summary>Groups A and B: LPIPS of the public lpips package in float64, real SqueezeNet weights, and formula backbones with real heads.</summary>
public sealed class ReferenceLpipsTests(TestModels models)
{
    // Convolutions in float32 give up to 7e-7 here (constant images); sums over pixels are double. An epsilon inside the root moves
    // flat images by 1e-3, a pool that rounds down 1e-3, a head on the wrong layer 1e-2, a missing input normalisation 1e-2.
    private const double Tolerance = 2e-6;

    // The map adds float32 values of up to 1 that were interpolated with float32 weights: about 1e-6. align_corners=True moves it by 1e-2.
    private const double MapTolerance = 5e-5;

    public static TheoryData<string> Distances =>
    [
        "A01", "A02", "A04", "A05", "A06", "A07", "A08", "A09", "A10", "A11", "A03", "A12", "A13", "A14", "A16a", "A16b", "A17a", "A17b", "A17c", "A18",
        "B-alex-1", "B-alex-2", "B-alex-3", "B-vgg-1", "B-vgg-2", "B-vgg-3",
    ];

    public static TheoryData<string> Maps => ["A15a", "A15b"];

    [Theory]
    [MemberData(nameof(Distances))]
    public void Distance_ReferenceCase_MatchesFloat64InTotalAndLayers(string id)
    {
        var reference = ReferenceCase.Find(id);
        var network = Network(reference);
        using var a = Image(reference, "in0");
        using var b = Image(reference, "in1");
        using var featuresOfA = network.Features(a);
        using var featuresOfB = network.Features(b);

        var distances = network.Distance(featuresOfA, featuresOfB);

        var totals = ReferenceCase.Numbers(reference.Expected.GetProperty("total_f64"));
        double[] layers = [.. reference.Expected.GetProperty("per_layer_f64").EnumerateArray().SelectMany(ReferenceCase.Numbers)];
        Assert.InRange(Measured.LargestDifference(totals, [.. distances.Select(distance => distance.Total)]), 0, Tolerance);
        Assert.InRange(Measured.LargestDifference(layers, [.. distances.SelectMany(distance => distance.Layers)]), 0, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Maps))]
    public void SpatialMap_ReferenceCase_MatchesFloat64(string id)
    {
        var reference = ReferenceCase.Find(id);
        var network = Network(reference);
        using var a = Image(reference, "in0");
        using var b = Image(reference, "in1");
        using var featuresOfA = network.Features(a);
        using var featuresOfB = network.Features(b);
        using var expected = ReferenceCase.Read(reference.Expected.GetProperty("map_f64").GetString()!);

        using var map = network.SpatialMap(featuresOfA, featuresOfB);

        Assert.InRange(Measured.LargestDifference(expected, map), 0, MapTolerance);
    }

    [Fact]
    public void Distance_IdenticalReferenceImages_IsExactlyZeroInEveryLayer()
    {
        var reference = ReferenceCase.Find("A12");
        var network = Network(reference);
        using var a = Image(reference, "in0");
        using var b = Image(reference, "in1");
        using var featuresOfA = network.Features(a);
        using var featuresOfB = network.Features(b);

        var distance = Assert.Single(network.Distance(featuresOfA, featuresOfB));

        Assert.Equal(0, distance.Total);
        Assert.All(distance.Layers, layer => Assert.Equal(0, layer));
    }

    [Fact]
    public void Theories_ReferenceFolder_CoverEveryCase()
    {
        Assert.Equal(ReferenceCase.Ids("lpips"), Distances.Select(row => row.Data));
        Assert.Equal(ReferenceCase.Ids("lpips-spatial"), Maps.Select(row => row.Data));
    }

    private PerceptualNetwork Network(ReferenceCase reference) => models.Load(models.SharedLpips(
        reference.Config.GetProperty("net").GetString()!,
        reference.Config.GetProperty("version").GetString()![1..],
        baseline: !reference.Config.GetProperty("lpips").GetBoolean()));

    // normalize=True of lpips: the caller's images are in [0,1]. This library takes [-1,1], so the caller converts.
    private static TensorBuffer Image(ReferenceCase reference, string name)
    {
        var image = reference.Input(name);
        if (reference.Config.GetProperty("normalize").GetBoolean())
        {
            foreach (ref var value in image.Span)
            {
                value = (2 * value) - 1;
            }
        }

        return image;
    }
}
