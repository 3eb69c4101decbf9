using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary><c>decode</c> and <c>encode</c>: the files that they write.</summary>
public sealed class DecodeEncodeVerbTests(ToolModels models) : IDisposable
{
    private static readonly float[] Latents = FormulaTensors.Latents("latents", 2 * 4 * 3 * 4);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Decode_Batch_WritesPicturesAndTensorsOfTheLibrarysImages()
    {
        var run = await Decode(_folder.Npy("z.npy", Latents, 2, 4, 3, 4), "--npy");

        Assert.Equal((0, "", $"2 of 2 images written to '{_folder["out"]}'.\n"), (run.ExitCode, run.Output, run.Talk));
        Assert.Equal(["z#0.npy", "z#0.png", "z#1.npy", "z#1.png"], Written());
        using var loss = await models.Library();
        using var latents = TensorBuffer.CopyOf(new TensorShape(2, 4, 3, 4), Latents);
        using var images = loss.Decoder.Decode(latents);
        for (var i = 0; i < 2; i++)
        {
            using var file = TensorFile.Open(_folder[$"out/z#{i}.npy"]);
            using var tensor = file.Read(file.Tensors[0]);
            Assert.Equal(new TensorShape(3, 24, 32), tensor.Shape);
            using var picture = ImageFile.Read(_folder[$"out/z#{i}.png"]);
            for (var v = 0; v < tensor.Span.Length; v++)
            {
                Assert.Equal(images.Sample(i)[v], tensor.Span[v], 1e-5);
                Assert.InRange(picture.Span[v] - Math.Clamp(tensor.Span[v], -1, 1), -1.001 / 255, 1.001 / 255);
            }
        }
    }

    [Fact]
    public async Task Decode_FolderWithKeys_KeepsItsFolders()
    {
        SafetensorsWriter.Write(_folder.Prepare("in/below/a.safetensors"), new Dictionary<string, (long[], float[])>
        {
            ["x"] = ([4, 3, 4], Latents[..48]),
            ["y"] = ([4, 3, 4], Latents[48..]),
        });

        var run = await Decode(_folder["in"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["below/a/x.png", "below/a/y.png"], Written());
    }

    [Fact]
    public async Task Encode_ThenDecode_RunsThereAndBack()
    {
        PngFile.Write(_folder.Prepare("pictures/a.png"), FormulaTensors.Image("picture", 1, 24, 32), new ImageSize(24, 32));

        var encoded = await models.Run("encode", _folder["pictures"], "--encoder", ToolModels.Encoder, "--out", _folder["latents"]);
        var decoded = await Decode(_folder["latents"]);

        Assert.Equal(
            (0, "", $"1 written to '{_folder["latents"]}': latents in model units of '{ToolModels.Encoder}'.\n"),
            (encoded.ExitCode, encoded.Output, encoded.Talk));
        using var file = TensorFile.Open(_folder["latents/a.npy"]);
        Assert.Equal(new TensorShape(4, 3, 4), file.Tensors[0].Shape);
        Assert.Equal(0, decoded.ExitCode);
        Assert.Equal(new ImageSize(24, 32), ImageFile.ReadSize(_folder["out/a.png"]));
        Assert.Equal(["a.png"], Written());
    }

    [Fact]
    public async Task Encode_Picture_IsThatOfItsTensor()
    {
        var image = FormulaTensors.Image("picture", 1, 24, 32);
        PngFile.Write(_folder["a.png"], image, new ImageSize(24, 32));
        using var picture = ImageFile.Read(_folder["a.png"]);
        var tensor = _folder.Npy("b.npy", picture.Span.ToArray(), 3, 24, 32);

        await models.Run("encode", _folder["a.png"], "--encoder", ToolModels.Encoder, "--out", _folder["out"]);
        await models.Run("encode", tensor, "--encoder", ToolModels.Encoder, "--out", _folder["out"]);

        Assert.Equal(
            await File.ReadAllBytesAsync(_folder["out/a.npy"], TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(_folder["out/b.npy"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Encode_SidesThatAreNoMultiples_AreRefused() =>
        (await models.Run("encode", _folder.Picture("a.png", 30, 24, 1, 2, 3), "--encoder", ToolModels.Encoder, "--out", _folder["out"]))
            .RefusedInput("a.png", "[3,24,30]", "multiples of 8");

    [Fact]
    public async Task Decode_LatentsThatAreNotFinite_AreSaidToHaveNoPicture()
    {
        var values = Latents.ToArray();
        values[5] = float.NaN;

        var run = await Decode(_folder.Npy("z.npy", values, 2, 4, 3, 4));

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["z#1.png"], Written());
        Assert.Equal(
            $"perceptual-eval: 'z#0' has no PNG: latents or image are not finite.\n1 of 2 images written to '{_folder["out"]}'.\n", run.Talk);
    }

    [Fact]
    public async Task Decode_TensorNamedLikeAPathOutside_WritesNothing()
    {
        const string name = "../../escaped";
        SafetensorsWriter.Write(_folder["a.safetensors"], new Dictionary<string, (long[], float[])>
        {
            [name] = ([4, 3, 4], Latents[..48]),
            ["x"] = ([4, 3, 4], Latents[..48]),
        });

        var run = await models.Run("decode", _folder["a.safetensors"], "--decoder", ToolModels.Decoder, "--out", _folder["out"]);

        run.RefusedInput(name, "outside of", "Rename");
        Assert.Equal(["a.safetensors", "out"], _folder.Files);
        Assert.Empty(Written());
    }

    [Fact]
    public async Task Decode_OutFolderThatIsTheInput_DoesNotReplaceTheLatents()
    {
        var path = _folder.Npy("out/z.npy", Latents[..48], 4, 3, 4);
        var before = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);

        (await Decode(path, "--npy")).RefusedInput("z.npy", "would replace this file", "--out");

        Assert.Equal(before, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
    }

    private Task<ToolRun> Decode(string latents, params string[] more) =>
        models.Run(["decode", latents, "--decoder", ToolModels.Decoder, "--out", _folder["out"], .. more]);

    private IEnumerable<string> Written() => Directory.EnumerateFiles(_folder["out"], "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(_folder["out"], path).Replace('\\', '/')).Order(StringComparer.Ordinal);
}
