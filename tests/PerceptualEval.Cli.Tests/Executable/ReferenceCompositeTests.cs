using System.Globalization;
using System.Text.Json;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>Group D of ../shared/reference (LatentLPIPS, the reference class, in float64) through the executable, with real weights.</summary>
public sealed class ReferenceCompositeTests(ToolModels models)
{
    // As through the library (ModelBuilder.Tests/Reference): a forgotten option moves 1e-3 and more.
    private const double RelativeTolerance = 5e-6;
    private const double AbsoluteTolerance = 1e-6;

    public static TheoryData<string> Cases =>
        [.. from net in (string[])["squeeze", "vgg"] from number in Enumerable.Range(1, 13) select $"D{number:00}-{net}"];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Score_ReferenceCase_MatchesEveryTermInFloat64(string id)
    {
        var reference = Find(id);
        var config = reference.GetProperty("config");
        var weights = (
            Latent: config.GetProperty("latent_weight").GetDouble(),
            Perceptual: config.GetProperty("perceptual_weight").GetDouble(),
            Input: config.GetProperty("perceptual_weight_on_inputs").GetDouble());

        var run = await models.Run(
        [
            "score", "--pred", Input(reference, "latent_predictions")!, "--target", Input(reference, "latent_inputs")!,
            "--decoder", await models.SharedTaef2(), "--lpips", await models.SharedLpips(config.GetProperty("perceptual_net").GetString()!),
            "--latent-weight", Text(weights.Latent), "--perceptual-weight", Text(weights.Perceptual), "--input-weight", Text(weights.Input),
            "--resize", Resize(config), "--json",
            .. config.GetProperty("decode_clamped").GetBoolean() ? (string[])["--clamp"] : [],
            .. Input(reference, "image_inputs") is { } images ? (string[])["--images", images] : [],
        ]);

        var samples = run.Succeeded().Json().GetProperty("samples").EnumerateArray().ToArray();
        var expected = reference.GetProperty("expected").GetProperty("per_sample_f64").EnumerateArray().Select(sample => sample.GetProperty("log")).ToArray();
        Assert.Equal(expected.Length, samples.Length);
        foreach (var (log, sample) in expected.Zip(samples))
        {
            var (latent, perceptual, onInputs) = (Term(log, "train/latent_l2_loss"), Term(log, "train/perceptual_loss"), Term(log, "train/perceptual_loss_on_inputs"));
            AssertNear(latent, sample.GetProperty("latent_l2_loss"));
            AssertNear(perceptual, sample.GetProperty("perceptual_loss"));
            AssertNear(onInputs, sample.GetProperty("perceptual_loss_on_inputs"));
            AssertNear((weights.Latent * latent) + (weights.Perceptual * (perceptual ?? 0)) + (weights.Input * (onInputs ?? 0)), sample.GetProperty("loss"));
        }
    }

    // Where both are set, the class resizes the image.
    private static string Resize(JsonElement config) => config.GetProperty("scale_input_to_tgt_size").GetBoolean() ? "image"
        : config.GetProperty("scale_tgt_to_input_size").GetBoolean() ? "decoded"
        : "none";

    private static JsonElement Find(string id)
    {
        var cases = JsonElement.Parse(File.ReadAllBytes(SharedFolder.Require("reference", "cases.json"))).GetProperty("cases");
        return cases.EnumerateArray().Single(element => element.GetProperty("id").GetString() == id);
    }

    private static string? Input(JsonElement reference, string name) =>
        reference.GetProperty("inputs").TryGetProperty(name, out var path) ? SharedFolder.Require("reference", path.GetString()!) : null;

    private static double? Term(JsonElement log, string name) => log.TryGetProperty(name, out var value) ? value.GetDouble() : null;

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static void AssertNear(double? expected, JsonElement actual)
    {
        if (expected is not { } wanted)
        {
            Assert.Equal(JsonValueKind.Null, actual.ValueKind);
            return;
        }

        Assert.InRange(Math.Abs(actual.GetDouble() - wanted), 0, (RelativeTolerance * Math.Abs(wanted)) + AbsoluteTolerance);
    }
}
