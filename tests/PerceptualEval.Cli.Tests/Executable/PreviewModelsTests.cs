using System.Text.Json;
using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>
/// The built-in models, where none is named: what they give, how close that is to their teachers, and that every run says what they are.
/// <c>tools/preview/goldens.py</c> made the pictures, from scene kinds that the training never saw.
/// </summary>
public sealed class PreviewModelsTests : IDisposable
{
    // Float32 in another order than torch's.
    private const double SameNumber = 2e-4;

    private static readonly string Goldens = Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.Cli.Tests", "Goldens", "Preview");

    private static readonly JsonElement Cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Goldens, "cases.json"))).RootElement;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Pairs => [.. Cases.GetProperty("pairs").EnumerateArray().Select(pair => pair.GetProperty("name").GetString()!)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Distance_WithoutLpips_IsTheStudentsAndNearTheTeachers(string name)
    {
        var run = await Tool.Run("distance", Golden($"{name}-a.png"), Golden($"{name}-b.png"), "--json", "--threads", "1");

        run.Said(0, "preview-lpips approximates LPIPS-squeeze v0.1", "perceptual-eval pull lpips-squeeze");
        Assert.Equal("LPIPS-squeeze v0.1", run.Json().GetProperty("provenance").GetProperty("lpips").GetProperty("approximates").GetString());
        var distance = run.Json().GetProperty("pairs")[0].GetProperty("distance").GetDouble();
        var expected = Cases.GetProperty("pairs").EnumerateArray().Single(pair => pair.GetProperty("name").GetString() == name);
        var student = expected.GetProperty("student").GetDouble();
        Assert.Equal(student, distance, Math.Max(1e-6, SameNumber * student));

        // Small shifts of photographs are charged most wrongly, 1.22 times on the average. The teacher's own distances of these pairs lie
        // 80 times apart, so that a network that does not see the kinds' differences is off by far more than this.
        Assert.InRange(distance / expected.GetProperty("teacher").GetDouble(), 0.4, 2.6);
    }

    [Fact]
    public async Task Decode_WithoutDecoder_GivesTheStudentsImageNearTheTeachers()
    {
        var run = await Tool.Run("decode", Golden("latent.npy"), "--npy", "--out", _folder["out"], "--threads", "1");

        Assert.Contains("preview-decoder approximates TAEF2's decoder", run.Talk, StringComparison.Ordinal);
        Assert.Contains("1 of 1 images written", run.Talk, StringComparison.Ordinal);
        var image = Values(_folder["out/latent.npy"]);
        var expected = Cases.GetProperty("decoder");
        Same(expected, image);

        using var teacher = ImageFile.Read(Golden("decoded.png"));
        var error = image.Index().Average(value => Square(Math.Clamp(value.Item, -1, 1) - teacher.Span[value.Index]));

        // The PNG is clamped and rounded, which moves the number by less than half a dB.
        Assert.InRange(10 * Math.Log10(4 / error), expected.GetProperty("psnr").GetDouble() - 0.5, expected.GetProperty("psnr").GetDouble() + 2);
    }

    [Fact]
    public async Task Encode_WithoutEncoder_GivesTheStudentsLatents()
    {
        var run = await Tool.Run("encode", Golden("noise-a.png"), "--out", _folder["out"], "--threads", "1");

        Assert.Contains("preview-encoder approximates TAEF2's encoder", run.Talk, StringComparison.Ordinal);
        var latents = Values(_folder["out/noise-a.npy"]);
        Assert.Equal(32 * 12 * 12, latents.Length);
        Same(Cases.GetProperty("encoder"), latents);
    }

    [Fact]
    public async Task Score_WithoutModels_SaysOnceThatBothApproximate()
    {
        var latent = Golden("latent.npy");

        var run = await Tool.Run("score", "--pred", latent, "--target", latent, "--json", "--threads", "1");

        run.Said(0, "preview-decoder approximates TAEF2's decoder", "preview-lpips approximates LPIPS-squeeze v0.1", "perceptual-eval pull taef2-decoder lpips-squeeze");
        Assert.Equal(0, run.Json().GetProperty("samples")[0].GetProperty("loss").GetDouble());
        var provenance = run.Json().GetProperty("provenance");
        Assert.Equal(("preview-decoder", "preview-lpips"),
            (provenance.GetProperty("decoder").GetProperty("name").GetString(), provenance.GetProperty("lpips").GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Demo_InANewFolder_PrintsWhatItsOwnCommandPrints()
    {
        const string ByHand = "The same by hand: perceptual-eval ";

        var demo = await Tool.Run("demo", "--out", _folder["demo"], "--threads", "1");
        demo.Said(0, "preview-encoder", "preview-decoder", "preview-lpips");
        var command = Assert.Single(demo.Output.Split('\n'), line => line.StartsWith(ByHand, StringComparison.Ordinal))[ByHand.Length..];
        var compare = await Tool.Run([.. command.Split(' '), "--threads", "1"]);

        Assert.Equal(0, compare.ExitCode);
        Assert.StartsWith(compare.Output, demo.Output, StringComparison.Ordinal);
        Assert.Matches(@"step-9000 +-0\.[0-9]+ .* 100 % +0\.007812 +better\n", compare.Output); // all of 8 samples: 2 / 2^8
    }

    [Fact]
    public async Task Demo_Report_HasTheVerdictAndEveryPicture()
    {
        Assert.Equal(0, (await Tool.Run("demo", "--out", _folder["demo"], "--threads", "1")).ExitCode);

        Assert.Contains("step-9000 is better than step-2000</h1>", await File.ReadAllTextAsync(_folder["demo/report.html"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var page = ReportedPage.Of(_folder["demo/report.html"]);
        string[] ids = ["balloons", "hills", "leaves", "letters", "night", "sea", "spheres", "tiles"];
        Assert.Equal(ids, page.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetString()));
        Assert.All(ids, id => Assert.Equal(["original", "target", "prediction", "heat-map", "prediction", "heat-map"], ReportedPage.Kinds(page, id)));
    }

    private static string Golden(string name) => Path.Combine(Goldens, name);

    private static double Square(double x) => x * x;

    private static float[] Values(string path)
    {
        using var file = TensorFile.Open(path);
        var values = new float[file.Tensors[0].Shape.ElementCount];
        file.Read(file.Tensors[0], values);
        return values;
    }

    private static void Same(JsonElement expected, float[] values)
    {
        Assert.Equal(expected.GetProperty("mean").GetDouble(), values.Average(value => (double)value), SameNumber);
        Assert.Equal(expected.GetProperty("rms").GetDouble(), Math.Sqrt(values.Average(value => Square(value))), SameNumber);
    }
}
