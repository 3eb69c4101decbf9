using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Loading;

/// <summary>Models whose files are not what their manifests say: refused by name, before anything runs.</summary>
public sealed class ModelLoadingTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("features")]
    [InlineData("distance")]
    public void Load_AlteredGraph_IsRefusedWithBothHashes(string role)
    {
        var model = Copy(models.Lpips("squeeze"));
        var graph = Path.Combine(model.Folder, $"{role}.onnx");
        FlipOneBit(graph);

        var exception = Assert.Throws<ModelException>(() => new PerceptualNetwork(model, TestModels.OneThread));

        Assert.Contains(graph, exception.Message, StringComparison.Ordinal);
        Assert.Contains(Model.HashFile(graph), exception.Message, StringComparison.Ordinal);
        Assert.Contains(model.Manifest.Graphs[role].Sha256, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SpatialMap_AlteredMapGraph_IsRefusedWhenItIsFirstUsed()
    {
        var model = Copy(models.Lpips("squeeze"));
        FlipOneBit(Path.Combine(model.Folder, "map.onnx"));
        using var network = new PerceptualNetwork(model, TestModels.OneThread);
        using var image = Measured.Tensor(new float[3 * 17 * 17], 1, 3, 17, 17);
        using var features = network.Features(image);

        Assert.Equal(0, Assert.Single(network.Distance(features, features)).Total);
        Assert.Contains("map.onnx", Assert.Throws<ModelException>(() => network.SpatialMap(features, features)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_HeadsOfAnotherCount_AreRefusedWithBoth()
    {
        var model = Copy(models.Lpips("squeeze"));
        var path = Path.Combine(model.Folder, "heads.other.npy");
        NpyFile.Write(path, new Tensors.TensorShape(7), new float[7]);

        var exception = Assert.Throws<ModelException>(() => new PerceptualNetwork(WithGraph(model, PerceptualNetwork.HeadsRole, path), TestModels.OneThread));

        Assert.Contains($"has 7 weights; the {model.Manifest.FeatureChannels!.Sum()} channels", exception.Message, StringComparison.Ordinal);
    }

    // The CPU computes the distance from the heads; the graph is checked all the same.
    [Fact]
    public void Load_DistanceGraphOfAnotherNetwork_IsRefused()
    {
        var model = Copy(models.Lpips("squeeze"));

        var exception = Assert.Throws<ModelException>(() =>
            new PerceptualNetwork(WithGraph(model, "distance", Path.Combine(models.Lpips("alex").Folder, "distance.onnx")), TestModels.OneThread));

        Assert.Contains("distance", exception.Message, StringComparison.Ordinal);
        Assert.Contains("its manifest means Float", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MissingGraph_IsRefusedByPath()
    {
        var model = Copy(models.TaesdDecoder());
        File.Delete(Path.Combine(model.Folder, "decoder.onnx"));

        var exception = Assert.Throws<ModelException>(() => new LatentDecoder(model, TestModels.OneThread));

        Assert.Contains($"'{Path.Combine(model.Folder, "decoder.onnx")}' is missing", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_GraphOutsideTheFolder_IsRefused()
    {
        var model = With(models.TaesdDecoder(), manifest => manifest with
        {
            Graphs = new Dictionary<string, HashedFile> { ["decoder"] = new($"../{manifest.Name}/decoder.onnx", manifest.Graphs["decoder"].Sha256) },
        });

        Assert.Throws<ModelException>(() => new LatentDecoder(model, TestModels.OneThread));
    }

    [Fact]
    public void Load_GraphThatIsNoOnnxFile_IsAnInferenceExceptionWithItsPath()
    {
        var model = Copy(models.TaesdDecoder());
        var graph = Path.Combine(model.Folder, "decoder.onnx");
        File.WriteAllText(graph, "not a graph");
        model = model with { Manifest = model.Manifest with { Graphs = new Dictionary<string, HashedFile> { ["decoder"] = new("decoder.onnx", Model.HashFile(graph)) } } };

        Assert.Contains(graph, Assert.Throws<InferenceException>(() => new LatentDecoder(model, TestModels.OneThread)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LatentChannelsContradictTheGraph_IsRefusedWithBoth()
    {
        var decoder = With(models.TaesdDecoder(), manifest => manifest with { Latent = manifest.Latent! with { Channels = 16 } });
        var encoder = With(models.TaesdEncoder(), manifest => manifest with { Latent = manifest.Latent! with { Channels = 16 } });

        foreach (var exception in (ModelException[])
            [
                Assert.Throws<ModelException>(() => new LatentDecoder(decoder, TestModels.OneThread)),
                Assert.Throws<ModelException>(() => new ImageEncoder(encoder, TestModels.OneThread)),
            ])
        {
            Assert.Contains("[*,4,*,*]", exception.Message, StringComparison.Ordinal);
            Assert.Contains("[*,16,*,*]", exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(64, 128, 256, 384, 384, 512)]
    [InlineData(64, 128, 256, 384, 384, 512, 512, 512)]
    [InlineData(64, 128, 256, 384, 384, 512, 256)]
    public void Load_FeatureChannelsContradictTheGraphs_IsRefused(params int[] channels)
    {
        var model = With(models.Lpips("squeeze"), manifest => manifest with { FeatureChannels = channels });

        Assert.Contains($"model '{model.Name}'", Assert.Throws<ModelException>(() => new PerceptualNetwork(model, TestModels.OneThread)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ModelOfAnotherKind_IsRefused()
    {
        Assert.Throws<ModelException>(() => new LatentDecoder(models.TaesdEncoder(), TestModels.OneThread));
        Assert.Throws<ModelException>(() => new LatentDecoder(models.Lpips("squeeze"), TestModels.OneThread));
        Assert.Throws<ModelException>(() => new ImageEncoder(models.TaesdDecoder(), TestModels.OneThread));
        Assert.Throws<ModelException>(() => new PerceptualNetwork(models.TaesdDecoder(), TestModels.OneThread));
    }

    // An export in [0,1]: the same graphs under a manifest that says so.
    [Fact]
    public void Run_GraphsInAnotherRange_ConvertImagesAtTheEdge()
    {
        using var image = Measured.Tensor([.. Enumerable.Range(0, 3 * 16 * 16).Select(i => MathF.Sin(i))], 1, 3, 16, 16);
        using var half = Measured.Tensor([.. image.Span.ToArray().Select(value => (value + 1) / 2)], 1, 3, 16, 16);
        using var encoder = new ImageEncoder(models.TaesdEncoder(), TestModels.OneThread);
        using var theirEncoder = new ImageEncoder(With(models.TaesdEncoder(), manifest => manifest with { ImageRange = [0, 1] }), TestModels.OneThread);
        using var theirDecoder = new LatentDecoder(With(models.TaesdDecoder(), manifest => manifest with { ImageRange = [0, 1] }), TestModels.OneThread);

        using var latents = encoder.Encode(half);
        using var theirLatents = theirEncoder.Encode(image);
        using var decoded = models.LoadDecoder(models.TaesdDecoder()).Decode(latents);
        using var theirDecoded = theirDecoder.Decode(latents);

        AssertEqual(latents.Span.ToArray(), theirLatents.Span.ToArray());
        AssertEqual([.. decoded.Span.ToArray().Select(value => (2 * value) - 1)], theirDecoded.Span.ToArray());
    }

    [Fact]
    public void Load_ByName_FindsBothModelsAndScores()
    {
        Copy(models.TaesdDecoder());
        Copy(models.Lpips("squeeze"));
        using var latents = Measured.Tensor(new float[4 * 3 * 3], 1, 4, 3, 3);
        using var loss = LatentPerceptualLoss.Load("decoder-4-False", "lpips-squeeze-0.1-False", execution: TestModels.OneThread, store: new ModelStore(_folder.Root));

        Assert.Equal(new SampleLoss(0, 0, 0, null), Assert.Single(loss.Score(latents, latents)));
    }

    [Fact]
    public void Load_UnknownName_ListsTheInstalledModelsOfThatKind()
    {
        Copy(models.TaesdDecoder());
        Copy(models.Lpips("squeeze"));

        var exception = Assert.Throws<ModelException>(() => LatentPerceptualLoss.Load("sdxl", "lpips-squeeze-0.1-False", store: new ModelStore(_folder.Root)));

        Assert.Contains("no decoder model 'sdxl'", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{_folder.Root}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("decoder-4-False", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("lpips-squeeze", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_CudaOnABuildWithoutIt_SaysWhatIsMissing()
    {
        Assert.SkipWhen(InferenceRuntime.Providers.Contains("CUDAExecutionProvider"), "this build has CUDA");

        var exception = Assert.Throws<DeviceException>(() => new LatentDecoder(models.TaesdDecoder(), new ExecutionOptions(ExecutionDevice.Cuda())));

        Assert.Contains("device 'cuda:0'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("CUDAExecutionProvider", exception.Message, StringComparison.Ordinal);
        Assert.Contains("-p:Gpu=true", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--device cpu", exception.Message, StringComparison.Ordinal);
        Assert.Contains("-p:Gpu=true", InferenceRuntime.CudaProblem(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_CudaDeviceThatNoMachineHas_IsADeviceException()
    {
        // On a build with CUDA and on one without it.
        var options = new ExecutionOptions(ExecutionDevice.Cuda(4000));

        Assert.Contains("cuda:4000", Assert.Throws<DeviceException>(() => new LatentDecoder(models.TaesdDecoder(), options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ComputePrecision.Float32, "0")]
    [InlineData(ComputePrecision.Tf32, "1")]
    [InlineData(ComputePrecision.Float16, "1")]
    public void CudaSettings_Precision_IsTheProvidersTf32(ComputePrecision precision, string expected)
    {
        var settings = CudaProvider.Settings(3, precision);

        Assert.Equal(("3", expected, "HEURISTIC"), (settings["device_id"], settings["use_tf32"], settings["cudnn_conv_algo_search"]));
    }

    [Fact]
    public void Load_Tf32OnTheCpu_IsADeviceException()
    {
        var options = TestModels.OneThread with { Precision = ComputePrecision.Tf32 };

        Assert.Contains("tf32", Assert.Throws<DeviceException>(() => new LatentDecoder(models.TaesdDecoder(), options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LibraryThatIsNoProvider_IsADeviceExceptionWithItsPathOnOneLine()
    {
        var library = typeof(LatentDecoder).Assembly.Location;
        var options = new ExecutionOptions(ExecutionDevice.Auto) { Library = new ProviderLibrary(library) };

        for (var attempt = 0; attempt < 2; attempt++)
        {
            var message = Assert.Throws<DeviceException>(() => new LatentDecoder(models.TaesdDecoder(), options)).Message;

            Assert.Contains($"provider library '{library}' can't be used", message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Fact]
    public void Load_AutoDevice_BecomesOneThatWorks()
    {
        using var decoder = new LatentDecoder(models.TaesdDecoder());

        Assert.False(decoder.Device.IsAuto);
        Assert.Equal(InferenceRuntime.CudaProblem() is null ? ExecutionDevice.Cuda() : ExecutionDevice.Cpu, decoder.Device);
    }

    public void Dispose() => _folder.Dispose();

    private static void FlipOneBit(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    // float32 rounding of the range's conversion, through the network.
    private static void AssertEqual(float[] expected, float[] found) => Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));

    private Model Copy(Model model) => Model.Open(_folder.CopyOf(model));

    // The model with another file in one role, under its right hash.
    private static Model WithGraph(Model model, string role, string path)
    {
        var name = $"other-{role}{Path.GetExtension(path)}";
        File.Copy(path, Path.Combine(model.Folder, name));
        var graphs = new Dictionary<string, HashedFile>(model.Manifest.Graphs) { [role] = new(name, Model.HashFile(path)) };
        return model with { Manifest = model.Manifest with { Graphs = graphs } };
    }

    private Model With(Model model, Func<ModelManifest, ModelManifest> change) => _folder.With(model, change);
}
