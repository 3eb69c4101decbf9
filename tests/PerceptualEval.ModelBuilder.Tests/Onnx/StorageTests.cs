using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.ModelBuilder.Tests.Autoencoders;
using PerceptualEval.ModelBuilder.Tests.Checkpoints;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Onnx;

/// <summary>The ways that weights lie in files: as float16, and beside a graph that is too large for one file.</summary>
public sealed class StorageTests : IDisposable
{
    private const int Pixels = 16;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Float16_WeightsThatAreFloat16Already_GivesTheSameImageFromASmallerFile()
    {
        var half = new BuildOptions { Storage = WeightStorage.Float16 };
        var exact = DecoderBuilder.Build(Golden.Path("autoencoder_kl_plain.safetensors"), "exact", _folder.Root);
        var stored = DecoderBuilder.Build(Golden.Path("autoencoder_kl_plain.safetensors"), "stored", _folder.Root, half);
        using var z = Golden.Tensor("autoencoder_kl_plain.safetensors", "z");

        using var expected = Golden.Decode(exact, z);
        using var image = Golden.Decode(stored, z);

        Assert.True(expected.Span.SequenceEqual(image.Span));
        Assert.InRange(new FileInfo(stored.VerifiedGraph("decoder")).Length / (double)new FileInfo(exact.VerifiedGraph("decoder")).Length, 0.5, 0.6);
    }

    [Fact]
    public void Float16_ValueBeyondItsRange_StaysFloat32()
    {
        var weights = Weights.Read(Golden.Path("autoencoder_kl_plain.safetensors"));
        weights["decoder.conv_in.weight"].Values[0] = 1e5f;
        var path = weights.Save(_folder["large.safetensors"]);
        var exact = DecoderBuilder.Build(path, "exact", _folder.Root);
        var stored = DecoderBuilder.Build(path, "stored", _folder.Root, new BuildOptions { Storage = WeightStorage.Float16 });
        using var z = Golden.Tensor("autoencoder_kl_plain.safetensors", "z");

        using var expected = Golden.Decode(exact, z);
        using var image = Golden.Decode(stored, z);

        Assert.InRange(Golden.Difference(expected, image), 0, 1e-6);
    }

    [Fact]
    public void WeightsBesideTheGraph_AreUsedAndVerified()
    {
        var model = WithWeightsBeside(bias: 2);
        using var latent = new Tensors.TensorBuffer(new Tensors.TensorShape(1, 1, Pixels, Pixels));
        latent.Span.Fill(3);

        using var image = Golden.Decode(model, latent);

        Assert.All(image.Span.ToArray(), value => Assert.Equal(5f, value));
        File.AppendAllText(_folder["model/decoder.onnx.data"], " ");
        Assert.Contains("decoder.onnx.data", Assert.Throws<ModelException>(() => Golden.Decode(model, latent)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WeightsBesideTheGraph_OtherWeights_GiveTheModelAnotherHash()
    {
        var first = WithWeightsBeside(bias: 2).Sha256;
        Directory.Delete(_folder["model"], recursive: true);

        Assert.NotEqual(first, WithWeightsBeside(bias: 3).Sha256);
    }

    // image = latent + bias in three channels; the bias is a picture of 3 KiB … 4 KiB and more lie beside the graph.
    private Model WithWeightsBeside(float bias)
    {
        var graph = new GraphBuilder("sum");
        var values = new float[3 * Pixels * Pixels * 2];
        Array.Fill(values, bias);
        var picture = graph.Weights("bias", [2, 3, Pixels, Pixels], System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray());
        var first = graph.Node("Slice", [picture, graph.Integers(0), graph.Integers(1), graph.Integers(0)]);
        graph.Output("image", graph.Add(graph.Input("latent", "N", "1", "h", "w"), first), "N", "3", "H", "W");

        Directory.CreateDirectory(_folder["model"]);
        var weights = graph.Save(_folder["model/decoder.onnx"], largestWeights: 1000);
        var manifest = new ModelManifest
        {
            Name = "model",
            Kind = ModelKind.Decoder,
            Architecture = "a sum",
            Latent = new LatentSpace { Channels = 1, SpatialFactor = 1, Units = LatentUnits.Raw },
            Graphs = new Dictionary<string, HashedFile>
            {
                ["decoder"] = new("decoder.onnx", Model.HashFile(_folder["model/decoder.onnx"])),
                [Model.WeightsRole("decoder")] = new(Path.GetFileName(weights!), Model.HashFile(weights!)),
            },
        };
        manifest.Save(_folder["model/manifest.json"]);
        return Model.Open(_folder["model"]);
    }
}
