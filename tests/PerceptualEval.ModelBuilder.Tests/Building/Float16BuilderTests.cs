using Google.Protobuf;
using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Encoders;
using PerceptualEval.ModelBuilder.Onnx.Proto;
using PerceptualEval.ModelBuilder.Tests.Autoencoders;
using PerceptualEval.Models;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Building;

/// <summary>
/// Graphs in float16. On the CPU the runtime rounds the weights; between two layers that it only has in float32 it takes the rounding out
/// again. So differences are smaller here than on a GPU, and overflow is provoked where it has layers in float16: those that only move values.
/// </summary>
public sealed class Float16BuilderTests(TestModels models) : IDisposable
{
    // Float16 has 2^-11 of relative rounding; some twenty layers add up to a few of them. Float32 stays below 1e-5.
    private const double Closest = 1e-5;
    private const double Furthest = 1e-2;

    private static readonly ExecutionOptions Half = TestModels.OneThread with { Precision = ComputePrecision.Float16 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("autoencoder_kl.safetensors", "autoencoder_kl.json", "z")]
    [InlineData("autoencoder_kl_plain.safetensors", null, "z")]
    [InlineData("flux2.safetensors", "flux2.json", "raw")]
    public void Decoder_Float16_IsNearFloat32AndNotIt(string checkpoint, string? config, string latents)
    {
        var options = new BuildOptions { ConfigPath = config is null ? null : Golden.Path(config) };
        var model = Float16Builder.Add(DecoderBuilder.Build(Golden.Path(checkpoint), "kl", _folder.Root, options));
        using var z = Golden.Tensor(checkpoint, latents);

        AssertRounded(model, z, LatentUnits.Raw);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decoder_WeightsStoredEitherWay_IsNearFloat32AndNotIt(bool stored)
    {
        var storage = stored ? WeightStorage.Float16 : WeightStorage.Float32;
        var model = Float16Builder.Add(DecoderBuilder.Build(models.DecoderCheckpoint(4, pooled: true), "tiny", _folder.Root, new BuildOptions { Storage = storage }));
        using var z = Latents(2, 4, 8, 8);

        AssertRounded(model, z, null);
    }

    [Fact]
    public void Decoder_OfClips_IsNearFloat32AndNotIt()
    {
        var tiny = Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.ModelBuilder.Tests", "Goldens", "CogVideoX");
        var model = Float16Builder.Add(DecoderBuilder.Build(tiny, "clips", _folder.Root));
        using var z = Latents(2, 2, 5, 4, 4);

        AssertRounded(model, z, null);
    }

    [Fact]
    public void Encoder_Float16_IsNearFloat32AndNotIt()
    {
        var model = Float16Builder.Add(EncoderBuilder.Build(Golden.Path("autoencoder_kl.safetensors"), "kl", _folder.Root, new BuildOptions { ConfigPath = Golden.Path("autoencoder_kl.json") }));
        using var picture = Golden.Tensor("autoencoder_kl.safetensors", "picture");
        using var exact = new ImageEncoder(model, TestModels.OneThread);
        using var half = new ImageEncoder(model, Half);

        using var expected = exact.Encode(picture);
        using var latents = half.Encode(picture);

        Assert.InRange(Golden.Difference(expected, latents), Closest, Furthest);
        Assert.Equal(0, half.Recomputed);
    }

    [Fact]
    public void Decode_SampleThatOverflows_IsThatOfFloat32AndTheOthersStay()
    {
        var model = Float16Builder.Add(OverflowingDecoder.Build(_folder));
        using var exact = new LatentDecoder(model, TestModels.OneThread);
        using var half = new LatentDecoder(model, Half);
        using var latents = new TensorBuffer(new TensorShape(3, 4, 4, 4));
        latents.Sample(0).Fill(0.1f);
        latents.Sample(1).Fill(2);
        latents.Sample(2).Fill(0.2f);

        using var expected = exact.Decode(latents);
        using var images = half.Decode(latents);

        Assert.Equal(1, half.Recomputed);
        Assert.True(expected.Sample(1).SequenceEqual(images.Sample(1)));
        Assert.False(expected.Sample(0).SequenceEqual(images.Sample(0)));
        Assert.False(expected.Sample(2).SequenceEqual(images.Sample(2)));
        Assert.InRange(Golden.Difference(expected, images), 0, Furthest);
    }

    [Fact]
    public void Decode_LatentsThatAreNotFinite_StayNotFinite()
    {
        var model = Float16Builder.Add(Copy(models.TaesdDecoder()));
        using var half = new LatentDecoder(model, Half);
        using var latents = new TensorBuffer(new TensorShape(2, 4, 4, 4));
        latents.Sample(0).Fill(0.5f);
        latents.Sample(1).Fill(float.NaN);

        using var images = half.Decode(latents);

        Assert.True(float.IsFinite(images.Sample(0)[0]));
        Assert.True(float.IsNaN(images.Sample(1)[0]));
        Assert.Equal(0, half.Recomputed);
    }

    [Fact]
    public void Add_KeepsTheModelsIdentity_AndIsVerified()
    {
        var before = Copy(models.TaesdDecoder());

        var after = Float16Builder.Add(before);

        Assert.Equal(before.Sha256, after.Sha256);
        File.AppendAllText(Path.Combine(after.Folder, "decoder_float16.onnx"), " ");
        Assert.Contains("decoder_float16.onnx", Assert.Throws<ModelException>(() => new LatentDecoder(after, Half)).Message, StringComparison.Ordinal);
        new LatentDecoder(after, TestModels.OneThread).Dispose();
    }

    [Fact]
    public void Load_FullGraphDamaged_IsRefusedBeforeAnythingOverflows()
    {
        var model = Float16Builder.Add(Copy(models.TaesdDecoder()));
        File.AppendAllText(Path.Combine(model.Folder, "decoder.onnx"), " ");

        Assert.Contains("decoder.onnx", Assert.Throws<ModelException>(() => new LatentDecoder(model, Half)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_GraphThatIsNoOnnx_IsRefused()
    {
        var folder = _folder.CopyOf(models.TaesdDecoder());
        var path = Path.Combine(folder, "decoder.onnx");
        File.WriteAllText(path, "no graph");
        var model = Model.Open(folder);
        (model.Manifest with { Graphs = new Dictionary<string, HashedFile> { ["decoder"] = new("decoder.onnx", Model.HashFile(path)) } }).Save(Path.Combine(folder, ModelManifest.FileName));

        Assert.Contains("can't be read", Assert.Throws<ModelException>(() => Float16Builder.Add(Model.Open(folder))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WithoutTheGraph_SaysHowToAddIt() => Assert.Contains(
        $"build float16 '{models.TaesdDecoder().Folder}'", Assert.Throws<ModelException>(() => new LatentDecoder(models.TaesdDecoder(), Half)).Message, StringComparison.Ordinal);

    [Fact]
    public void Add_Twice_IsRefused()
    {
        var model = Float16Builder.Add(Copy(models.TaesdDecoder()));

        Assert.Contains("already", Assert.Throws<ModelException>(() => Float16Builder.Add(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_Lpips_IsRefused() =>
        Assert.Contains("compares images", Assert.Throws<ModelException>(() => Float16Builder.Add(models.Lpips("squeeze"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Add_SomeoneElsesGraph_IsRefused()
    {
        var folder = _folder.CopyOf(models.TaesdDecoder());
        var path = Path.Combine(folder, "decoder.onnx");
        var onnx = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        onnx.ProducerName = "pytorch";
        using (var stream = File.Create(path))
        {
            onnx.WriteTo(stream);
        }

        var model = Model.Open(folder);
        (model.Manifest with { Graphs = new Dictionary<string, HashedFile> { ["decoder"] = new("decoder.onnx", Model.HashFile(path)) } }).Save(Path.Combine(folder, ModelManifest.FileName));

        Assert.Contains("'pytorch'", Assert.Throws<ModelException>(() => Float16Builder.Add(Model.Open(folder))).Message, StringComparison.Ordinal);
    }

    private static void AssertRounded(Model model, TensorBuffer latents, LatentUnits? units)
    {
        using var exact = new LatentDecoder(model, TestModels.OneThread);
        using var half = new LatentDecoder(model, Half);

        using var expected = exact.Decode(latents, units);
        using var images = half.Decode(latents, units);

        Assert.InRange(Golden.Difference(expected, images), Closest, Furthest);
        Assert.Equal((ComputePrecision.Float16, 0), (half.Precision, half.Recomputed));
    }

    private static TensorBuffer Latents(params ReadOnlySpan<long> shape)
    {
        var latents = new TensorBuffer(new TensorShape(shape));
        FormulaTensors.Latents("latents", latents.Span.Length).CopyTo(latents.Span);
        return latents;
    }

    private Model Copy(Model model) => Model.Open(_folder.CopyOf(model));
}
