using PerceptualEval.Inference;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Goldens;

/// <summary>LPIPS on formula weights against a float64 implementation over torchvision's networks: the smallest sizes, odd ones, batches.</summary>
public sealed class LpipsGoldensTests(TestModels models)
{
    // Float32 convolutions drift up to 2e-7 on these. A pool that rounds the other way, an epsilon inside the root, a missing input
    // normalisation or heads in another order move 1e-4 and more, of distances of 0.2 to 0.6.
    private const double Tolerance = 1e-6;
    private const double MapTolerance = 5e-6;

    public static TheoryData<string> Cases => [.. GoldenCase.All("lpips.json").Select(golden => golden.Id)];

    public static TheoryData<string> Maps => [.. GoldenCase.All("lpips.json").Where(golden => golden.Flag("map")).Select(golden => golden.Id)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Distance_FormulaWeights_MatchesFloat64InTotalAndLayers(string id)
    {
        var golden = GoldenCase.Find("lpips.json", id);
        var network = Network(golden);
        using var first = First(golden);
        using var second = Second(golden);
        using var a = network.Features(first);
        using var b = network.Features(second);

        var distances = network.Distance(a, b);

        Assert.InRange(Measured.LargestDifference(golden.Numbers("totals")!, [.. distances.Select(distance => distance.Total)]), 0, Tolerance);
        Assert.InRange(Measured.LargestDifference(golden.Numbers("layers")!, [.. distances.SelectMany(distance => distance.Layers)]), 0, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Maps))]
    public void SpatialMap_FormulaWeights_MatchesFloat64(string id)
    {
        var golden = GoldenCase.Find("lpips.json", id);
        var network = Network(golden);
        using var first = First(golden);
        using var second = Second(golden);
        using var a = network.Features(first);
        using var b = network.Features(second);
        using var expected = golden.Tensor();

        using var map = network.SpatialMap(a, b);

        Assert.InRange(Measured.LargestDifference(expected, map), 0, MapTolerance);
    }

    private PerceptualNetwork Network(GoldenCase golden) =>
        models.Load(models.Lpips(golden.Text("net"), golden.Text("version"), golden.Flag("baseline")));

    private static TensorBuffer First(GoldenCase golden) => Images(golden, FirstValues(golden));

    private static TensorBuffer Second(GoldenCase golden) => Images(golden, FormulaTensors.Near($"{golden.Id}.near", FirstValues(golden)));

    private static float[] FirstValues(GoldenCase golden) =>
        FormulaTensors.Image(golden.Id, golden.Integer("batch"), golden.Integer("height"), golden.Integer("width"));

    private static TensorBuffer Images(GoldenCase golden, float[] values) =>
        Measured.Tensor(values, golden.Integer("batch"), 3, golden.Integer("height"), golden.Integer("width"));
}
