using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Goldens;

/// <summary>The composite loss on formula weights against a float64 implementation: every weight on or off, both resizes, the clamp.</summary>
public sealed class CompositeGoldensTests(TestModels models)
{
    // As for the reference class: two float32 networks one after the other drift 1e-6 relative; a wrong resize or a forgotten clamp moves 1e-3.
    private const double RelativeTolerance = 5e-6;
    private const double AbsoluteTolerance = 1e-6;

    public static TheoryData<string> Cases => [.. GoldenCase.All("composite.json").Select(golden => golden.Id)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Score_FormulaWeights_MatchesEveryTermInFloat64(string id)
    {
        var golden = GoldenCase.Find("composite.json", id);
        var loss = models.Loss(new LossOptions
        {
            Weights = new LossWeights(golden.Number("latentWeight"), golden.Number("perceptualWeight"), golden.Number("inputWeight")),
            Resize = Enum.Parse<ResizeMode>(golden.Text("resize"), ignoreCase: true),
            Clamp = golden.Flag("clamp"),
        });
        var values = FormulaTensors.Latents("composite", 2 * 4 * 5 * 4);
        using var target = Measured.Tensor(values, 2, 4, 5, 4);
        using var predicted = Measured.Tensor(FormulaTensors.Near("composite.near", values), 2, 4, 5, 4);
        using var images = Images(golden.Integer("imageHeight"), golden.Integer("imageWidth"));

        var samples = loss.Score(predicted, target, images);

        AssertTerm(golden.Numbers("loss"), samples.Select(sample => (double?)sample.Loss));
        AssertTerm(golden.Numbers("latentL2Loss"), samples.Select(sample => (double?)sample.LatentL2Loss));
        AssertTerm(golden.Numbers("perceptualLoss"), samples.Select(sample => sample.PerceptualLoss));
        AssertTerm(golden.Numbers("perceptualLossOnInputs"), samples.Select(sample => sample.PerceptualLossOnInputs));
    }

    private static TensorBuffer? Images(int height, int width) =>
        height == 0 ? null : Measured.Tensor(FormulaTensors.Image("composite.image", 2, height, width), 2, 3, height, width);

    private static void AssertTerm(double[]? expected, IEnumerable<double?> actual) => Measured.AssertNear(
        expected is null ? [null, null] : [.. expected.Select(value => (double?)value)], [.. actual], RelativeTolerance, AbsoluteTolerance);
}
