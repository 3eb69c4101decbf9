using System.Globalization;
using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary><c>distance</c>: pictures, folders and tensors of images.</summary>
public sealed class DistanceVerbTests : IDisposable
{
    private const int Height = 24;
    private const int Width = 32;
    private const int Values = 3 * Height * Width;

    private static readonly float[] First = FormulaTensors.Image("first", 2, Height, Width);
    private static readonly float[] Second = FormulaTensors.Image("second", 2, Height, Width);

    private readonly TemporaryFolder _folder = new();
    private readonly ToolModels _models;
    private readonly string _a;
    private readonly string _b;

    public DistanceVerbTests(ToolModels models)
    {
        _models = models;
        _a = _folder.Npy("a.npy", First, 2, 3, Height, Width);
        _b = _folder.Npy("b.npy", Second, 2, 3, Height, Width);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Distance_TensorsWithLayers_GiveTheLibrarysNumbers()
    {
        var json = (await _models.Distance(_a, _b, "--layers", "--json")).Succeeded().Json();

        Assert.Equal(
            "{schema, provenance {version, runtime, device, lpips {name, sha256}}, pairs [{id, distance, layers []}]}", JsonShape.Of(json));
        using var loss = await _models.Library();
        using var a = TensorBuffer.CopyOf(new TensorShape(2, 3, Height, Width), First);
        using var b = TensorBuffer.CopyOf(new TensorShape(2, 3, Height, Width), Second);
        using var featuresA = loss.Lpips.Features(a);
        using var featuresB = loss.Lpips.Features(b);
        var expected = loss.Lpips.Distance(featuresA, featuresB);
        var pairs = json.GetProperty("pairs").EnumerateArray().ToArray();
        Assert.Equal(["a#0", "a#1"], pairs.Select(pair => pair.GetProperty("id").GetString()));
        for (var i = 0; i < 2; i++)
        {
            var layers = pairs[i].GetProperty("layers").EnumerateArray().Select(layer => layer.GetDouble()).ToArray();
            Assert.Equal(expected[i].Total, pairs[i].GetProperty("distance").GetDouble(), 1e-6 * expected[i].Total);
            Assert.Equal(7, layers.Length);
            Assert.All(expected[i].Layers.Zip(layers), pair => Assert.Equal(pair.First, pair.Second, 1e-6 * expected[i].Total));
            Assert.Equal(expected[i].Total, layers.Sum(), 1e-6 * expected[i].Total);
        }
    }

    [Fact]
    public async Task Distance_PicturesInFolders_AreThoseOfTheirValues()
    {
        for (var i = 0; i < 2; i++)
        {
            PngFile.Write(_folder.Prepare($"left/{i}.png"), First.AsSpan(i * Values, Values), new ImageSize(Height, Width));
            PngFile.Write(_folder.Prepare($"right/{i}.png"), Second.AsSpan(i * Values, Values), new ImageSize(Height, Width));
        }

        var pictures = await Distances(_folder["left"], _folder["right"]);
        var tensors = await Distances(_a, _b);

        Assert.Equal(["0", "1"], pictures.Keys);
        // 8 bits move a distance in the third digit; another picture in the first.
        Assert.All(pictures.Values.Zip(tensors.Values), pair => Assert.Equal(pair.Second, pair.First, 0.02 * pair.Second));
        Assert.All(await Distances(_folder["left"], _folder["left"]), pair => Assert.Equal(0, pair.Value));
    }

    [Fact]
    public async Task Distance_SizesThatAlternate_ComeInTheirOrder()
    {
        for (var i = 0; i < 5; i++)
        {
            var size = new ImageSize(Height, i % 2 == 0 ? Width : Width - 8);
            PngFile.Write(_folder.Prepare($"left/{i}.png"), First.AsSpan(100 * i, 3 * size.Height * size.Width), size);
            PngFile.Write(_folder.Prepare($"right/{i}.png"), Second.AsSpan(100 * i, 3 * size.Height * size.Width), size);
        }

        var inTurn = await Distances(_folder["left"], _folder["right"]);
        var batched = await Distances(_folder["left"], _folder["right"], "--batch", "2");

        Assert.Equal(["0", "1", "2", "3", "4"], batched.Keys);
        Assert.Equal(5, inTurn.Values.Distinct().Count());
        Assert.All(inTurn.Values.Zip(batched.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-6 * pair.First));
    }

    [Fact]
    public async Task Map_Npy_IsTheMapWhoseMeanIsTheDistance()
    {
        var (a, b) = OnePair();

        var json = (await _models.Distance(a, b, "--map", _folder["map.npy"], "--json")).Succeeded().Json();

        using var file = TensorFile.Open(_folder["map.npy"]);
        using var map = file.Read(file.Tensors[0]);
        Assert.Equal(new TensorShape(Height, Width), map.Shape);
        var distance = json.GetProperty("pairs")[0].GetProperty("distance").GetDouble();
        // Bilinear upsampling at the borders moves the mean a little; a map of another layer or scale would move it by its own size.
        Assert.Equal(distance, map.Span.ToArray().Average(), 0.1 * distance);
    }

    [Fact]
    public async Task Map_Png_IsAPictureOfTheSameWidthWithALegend()
    {
        var (a, b) = OnePair();

        (await _models.Distance(a, b, "--map", _folder["map.png"])).Succeeded();

        var size = ImageFile.ReadSize(_folder["map.png"]);
        Assert.InRange(size.Height, Height + 20, Height + 60);
        Assert.InRange(size.Width, Width, 64);
        Assert.Equal(["a.npy", "a1.npy", "b.npy", "b1.npy", "map.png"], _folder.Files);
    }

    [Fact]
    public async Task Table_Distance_ShowsPairsLayersAndMean()
    {
        var distances = await Distances(_a, _b);

        var lines = (await _models.Distance(_a, _b, "--layers")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var rows = lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        Assert.Equal(distances["a#0"], Shown(Assert.Single(rows, row => row[0] == "a#0")), 5e-4 * distances["a#0"]);
        Assert.Equal(distances.Values.Average(), Shown(Assert.Single(rows, row => row[0] == "mean")), 5e-4 * distances["a#0"]);
        Assert.Equal(14, rows.Count(row => row[0] == "layer"));
    }

    private static double Shown(string[] row) => double.Parse(row[^1], CultureInfo.InvariantCulture);

    private (string A, string B) OnePair() =>
        (_folder.Npy("a1.npy", First[..Values], 3, Height, Width), _folder.Npy("b1.npy", Second[..Values], 1, 3, Height, Width));

    private async Task<Dictionary<string, double>> Distances(string a, string b, params string[] options) =>
        (await _models.Distance(a, b, ["--json", .. options])).Succeeded().Json().GetProperty("pairs").EnumerateArray()
            .ToDictionary(pair => pair.GetProperty("id").GetString()!, pair => pair.GetProperty("distance").GetDouble());
}
