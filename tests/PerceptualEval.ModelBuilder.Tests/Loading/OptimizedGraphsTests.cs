using Microsoft.ML.OnnxRuntime;
using PerceptualEval.Inference;
using PerceptualEval.Inference.Caching;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Loading;

/// <summary>Graphs that are kept as the runtime optimised them give the same bits, whatever happens to the folder they are kept in.</summary>
public sealed class OptimizedGraphsTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Load_FirstAndSecondTime_GivesTheBitsOfTheGraphAsItIs()
    {
        var expected = Decoded(TestModels.OneThread);

        Assert.Equal(expected, Decoded(Cached));
        Assert.Single(_folder.Files);
        Assert.Equal(expected, Decoded(Cached));
        Assert.Single(_folder.Files);
    }

    [Fact]
    public void Load_EachNetwork_GivesTheDistancesOfTheGraphAsItIs()
    {
        using var a = Measured.Tensor([.. Enumerable.Range(0, 3 * 40 * 40).Select(i => MathF.Sin(i))], 1, 3, 40, 40);
        using var b = Measured.Tensor([.. Enumerable.Range(0, 3 * 40 * 40).Select(i => MathF.Sin(2 * i))], 1, 3, 40, 40);
        foreach (var net in (ReadOnlySpan<string>)["squeeze", "alex", "vgg"])
        {
            using var first = new PerceptualNetwork(models.Lpips(net), Cached);
            using var second = new PerceptualNetwork(models.Lpips(net), Cached);

            var expected = Distance(models.Load(models.Lpips(net)));
            Assert.Equal(expected, Distance(first));
            Assert.Equal(expected, Distance(second));
        }

        double Distance(PerceptualNetwork network)
        {
            using var ofA = network.Features(a);
            using var ofB = network.Features(b);
            return network.Distance(ofA, ofB)[0].Total;
        }
    }

    [Fact]
    public void Load_GraphThatIsKept_IsNotReadAgain()
    {
        var graph = models.TaesdDecoder().OpenGraph("decoder");
        new OptimizedGraphs(_folder.Root).Load(graph, () => new SessionOptions()).Dispose();

        using var session = new OptimizedGraphs(_folder.Root).Load(graph with { Path = _folder["nowhere.onnx"] }, () => new SessionOptions());

        Assert.Equal(["latent"], session.InputMetadata.Keys);
        Assert.Throws<OnnxRuntimeException>(() =>
            new OptimizedGraphs(_folder.Root).Load(new GraphFile(_folder["nowhere.onnx"], "another", 0), () => new SessionOptions()));
    }

    [Theory]
    [InlineData("graph.onnx")]
    [InlineData("weights.bin")]
    [InlineData("seal")]
    public void Load_DamagedFile_IsMadeAgain(string name)
    {
        var expected = Decoded(Cached);
        var file = Path.Combine(_folder[Assert.Single(_folder.Files)], name);
        var content = File.ReadAllBytes(file);

        File.WriteAllBytes(file, content[..(content.Length / 2)]);
        Assert.Equal(expected, Decoded(Cached));
        Assert.Equal(content.Length, new FileInfo(file).Length);

        File.WriteAllBytes(file, [.. content[..^1], (byte)(content[^1] ^ 1)]);
        Assert.Equal(expected, Decoded(Cached));
        Assert.Equal(content[^1], File.ReadAllBytes(file)[^1]);

        File.Delete(file);
        Assert.Equal(expected, Decoded(Cached));
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void Load_ManyAtOnce_AllGiveTheSameBits()
    {
        var expected = Decoded(TestModels.OneThread);

        Parallel.For(0, 8, _ => Assert.Equal(expected, Decoded(Cached)));

        Assert.Single(_folder.Files);
    }

    [Fact]
    public void Load_FolderThatCannotBeWritten_LoadsTheGraphAsItIs() =>
        Assert.Equal(Decoded(TestModels.OneThread), Decoded(TestModels.OneThread with { GraphCache = _folder.Text("file") }));

    public void Dispose() => _folder.Dispose();

    private ExecutionOptions Cached => TestModels.OneThread with { GraphCache = _folder.Root };

    private float[] Decoded(ExecutionOptions options)
    {
        using var decoder = new LatentDecoder(models.TaesdDecoder(), options);
        using var latents = Measured.Tensor([.. Enumerable.Range(0, 4 * 6 * 5).Select(i => MathF.Sin(i))], 1, 4, 6, 5);
        using var images = decoder.Decode(latents);
        return images.Span.ToArray();
    }
}
