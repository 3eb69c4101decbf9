using System.Text.Json;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Inspection;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Tests.Datasets.Archives;
using PerceptualEval.Cli.Tests.Datasets.Formats;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Inspection;

public sealed class InspectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Inspect_KohyaCache_SaysWhatItIsAndWhatLiesBesideTheLatents()
    {
        var inspection = Inspect(Path.Combine(GoldenFormat.Folder, "kohya/dog_0024x0016_sd.npz"));

        Assert.Equal(("latents", "npz", "kohya", "dog"), (inspection.Content, inspection.Container, inspection.Format, inspection.Id));
        Assert.Equal(["latents", "latents_flipped"], inspection.Latents.Select(latent => latent.Name).Order());
        Assert.Equal(["alpha_mask", "crop_ltrb", "original_size"], inspection.Others.Select(tensor => tensor.Name).Order());
        Assert.All(inspection.Latents, latent => Assert.Equal("raw", latent.Units));
        Assert.Equal(("48,40", "4,0,44,40"), (inspection.Facts["original_size"], inspection.Facts["crop_ltrb"]));
        Assert.EndsWith("--pred PREDICTIONS --decoder DECODER-OF-4-CHANNELS --lpips LPIPS-MODEL", inspection.Command, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_Values_SumsThemUpByChannelOverTheBatch()
    {
        // Channel 0 holds 0, 1, 4, 5; channel 1 holds 2, NaN, 6, 7.
        NpyFile.Write(_folder["a.npy"], new TensorShape(2, 2, 1, 2), [0, 1, 2, float.NaN, 4, 5, 6, 7]);

        var latent = Assert.Single(Inspect(_folder["a.npy"]).Latents);

        Assert.Equal((2L, 1L), (latent.Samples, latent.NonFinite));
        Assert.Equal([2.5, 5.0], latent.Channels.Select(channel => channel.Mean));
        Assert.Equal((0.0, 5.0), (latent.Channels[0].Min, latent.Channels[0].Max));
        Assert.Equal(Math.Sqrt(4.25), latent.Channels[0].Std, 12);
        Assert.Equal(Math.Sqrt(14 / 3.0), latent.Channels[1].Std, 12);
        Assert.Equal(Math.Sqrt(new[] { 0, 1, 2, 4, 5, 6, 7 }.Average(value => Math.Pow(value - (25 / 7.0), 2))), latent.Std, 12);
    }

    [Fact]
    public void Inspect_NonFiniteValues_AreAHint()
    {
        NpyFile.Write(_folder["a.npy"], new TensorShape(1, 1, 3), [1, float.NaN, float.PositiveInfinity]);

        Assert.Contains("the tensor: 2 values are NaN or infinite", Inspect(_folder["a.npy"]).Hints[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_Checkpoint_IsNoLatents()
    {
        var path = _folder.Safetensors("a.safetensors", ("conv.weight", 0, [4, 4, 3, 3]), ("conv.bias", 0, [4]));

        var inspection = Inspect(path);

        Assert.Equal("tensors that are no latents", inspection.Content);
        Assert.Equal(["conv.weight", "conv.bias"], inspection.Others.Select(tensor => tensor.Name));
        Assert.Null(inspection.Command);
    }

    [Fact]
    public void Inspect_Picture_HasItsSize()
    {
        var inspection = Inspect(_folder.Picture("a.png", 5, 3, 1, 2, 3));

        Assert.Equal(("picture", "png", "3x5"), (inspection.Content, inspection.Container, inspection.Facts["size"]));
    }

    [Fact]
    public void Inspect_UnitsOpen_AreInTheCommand()
    {
        var golden = GoldenFormat.All.Single(golden => golden.File.StartsWith("simpletuner/wan", StringComparison.Ordinal));

        var inspection = Inspect(golden.FilePath);

        Assert.Null(inspection.Latents[0].Units);
        Assert.EndsWith(" --units raw|model", inspection.Command, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, "model", 7.6, "raw SDXL latents have about 7.68")]
    [InlineData(4, null, 5.2, "raw SD 1 and 2 latents have about 5.49")]
    [InlineData(4, "raw", 0.9, "as of model units")]
    [InlineData(4, "raw", 7.6, null)]
    [InlineData(4, "model", 1.1, null)]
    [InlineData(16, "model", 3.0, "raw FLUX.1 latents have about 2.77")]
    [InlineData(16, "raw", 0.65, null)] // SD3's are that small
    [InlineData(16, null, 0.9, null)]
    [InlineData(128, "model", 0.1, "latents in model units have about 1")]
    public void Of_StandardDeviationAndUnits_HintsAtWhatDoesNotFit(int channels, string? units, double std, string? expected)
    {
        var hint = UnitHint.Of(channels, units is null ? null : Enum.Parse<LatentUnits>(units, ignoreCase: true), std);

        if (expected is null)
        {
            Assert.Null(hint);
        }
        else
        {
            Assert.Contains(expected, hint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Inspect_Folder_GroupsFilesAndNamesTheOddOnes()
    {
        foreach (var name in new[] { "a", "b", "c", "sub/d" })
        {
            _folder.Latent($"l/{name}.npy");
        }

        _folder.Npy("l/odd.npy", 0, 4, 2, 3);
        _folder.Text("l/notes.txt", "hello");
        _folder.Text("l/broken.npy", "hello");

        var inspection = new FolderInspector(LatentReading.Default, []).Inspect(_folder["l"], TestContext.Current.CancellationToken);

        Assert.Equal(7, inspection.Files);
        Assert.Equal(("plain tensors (npy)", "[4,2,2]", 4L), (inspection.Groups[0].Content, inspection.Groups[0].Shapes, inspection.Groups[0].Count));
        Assert.Equal(["odd.npy"], inspection.Groups.Single(group => group.Shapes == "[4,2,3]").Examples);
        Assert.Equal(["notes.txt"], inspection.Groups.Single(group => group.Content == "other (.txt)").Examples);
        Assert.Equal(1, inspection.UnreadableCount);
        Assert.Contains("broken.npy", Assert.Single(inspection.Unreadable), StringComparison.Ordinal);
        Assert.NotNull(inspection.Command);
    }

    [Theory]
    [InlineData("a.tar")]
    [InlineData("a.tgz")]
    [InlineData("a.zip")]
    public void Inspect_Archive_GroupsItsFiles(string name)
    {
        (string, byte[])[] files = [("a.npy", TarBytes.Latent(0)), ("sub/b.npy", TarBytes.Latent(1)), ("a.txt", "text"u8.ToArray())];
        File.WriteAllBytes(_folder[name], name switch { "a.zip" => ZipBytes.Of(files), "a.tar" => TarBytes.Of(files), _ => TarBytes.Gzip(TarBytes.Of(files)) });

        var inspection = new FolderInspector(LatentReading.Default, []).Inspect(_folder[name], TestContext.Current.CancellationToken);

        Assert.Equal((3, 0), (inspection.Files, inspection.UnreadableCount));
        Assert.Equal(("plain tensors (npy)", "[4,2,2]", 2L), (inspection.Groups[0].Content, inspection.Groups[0].Shapes, inspection.Groups[0].Count));
        Assert.Equal(["a.npy", "sub/b.npy"], inspection.Groups[0].Examples);
        Assert.Equal("other (.txt)", inspection.Groups[1].Content);
        Assert.StartsWith($"perceptual-eval score --target {_folder[name]}", inspection.Command, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_FolderWithADamagedArchive_NamesItAndGoesOn()
    {
        var whole = TarBytes.Of(("a.npy", TarBytes.Latent(0)), ("b.npy", TarBytes.Latent(1)));
        File.WriteAllBytes(_folder["whole.tar"], whole);
        File.WriteAllBytes(_folder["cut.tar"], whole[..1024]);

        var inspection = new FolderInspector(LatentReading.Default, []).Inspect(_folder[""], TestContext.Current.CancellationToken);

        Assert.Equal(3, Assert.Single(inspection.Groups).Count);
        Assert.Contains("cut.tar' can't be read", Assert.Single(inspection.Unreadable), StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_FolderWithASetOfShards_CountsTheSetOnce()
    {
        _folder.Safetensors("set-00001-of-00001.safetensors", ("latents", 0, [4, 2, 2]));
        _folder.Text("set.safetensors.index.json", """{"weight_map": {"latents": "set-00001-of-00001.safetensors"}}""");
        _folder.Safetensors("alone-00001-of-00001.safetensors", ("latents", 0, [4, 2, 2]));

        var inspection = new FolderInspector(LatentReading.Default, []).Inspect(_folder[""], TestContext.Current.CancellationToken);

        Assert.Equal(["alone-00001-of-00001.safetensors", "set.safetensors.index.json"], Assert.Single(inspection.Groups).Examples.Order());
        Assert.Equal((2, 0), (inspection.Files, inspection.UnreadableCount));
    }

    [Theory]
    [InlineData("cache")]
    [InlineData("cache/metadata.db")]
    public void Inspect_DiffusionPipeCache_CountsItsItems(string path)
    {
        _folder.DiffusionPipeCache("cache", [[1, 2], [3]]);

        var inspection = new FolderInspector(LatentReading.Default, []).Inspect(_folder[path], TestContext.Current.CancellationToken);

        Assert.Equal(3, inspection.Files);
        Assert.Equal(["shard_0.bin/0", "shard_0.bin/1", "shard_1.bin/2"], Assert.Single(inspection.Groups).Examples);
    }

    [Fact]
    public void Bytes_FileInspection_IsJsonInSnakeCase()
    {
        NpyFile.Write(_folder["a.npy"], new TensorShape(1, 1, 2), [float.NaN, float.NaN]);

        using var json = JsonDocument.Parse(ResultJson.Bytes(Inspect(_folder["a.npy"]), InspectionJson.Default.FileInspection));

        var root = json.RootElement;
        var latent = root.GetProperty("latents")[0];
        Assert.Equal(1, root.GetProperty("schema").GetInt32());
        Assert.Equal(2, latent.GetProperty("non_finite").GetInt64());
        Assert.Equal(JsonValueKind.Null, latent.GetProperty("channels")[0].GetProperty("mean").ValueKind);
    }

    [Fact]
    public void Write_FileInspection_ShowsShapeUnitsAndCommand()
    {
        using var text = new StringWriter();

        InspectionTable.Write(ResultConsole.Plain(text), Inspect(Path.Combine(GoldenFormat.Folder, "mar/n01440764/a.npz")));

        var shown = text.ToString();
        Assert.Contains("latents: MAR (npz)", shown, StringComparison.Ordinal);
        Assert.Contains("moments  [32,2,3] Float32", shown, StringComparison.Ordinal);
        Assert.Contains("1 x [16,2,3]", shown, StringComparison.Ordinal);
        Assert.Contains("mean and log variance", shown, StringComparison.Ordinal);
        Assert.Contains("perceptual-eval score --target", shown, StringComparison.Ordinal);
    }

    private static FileInspection Inspect(string path) => new FileInspector(LatentReading.Default, []).Inspect(path);
}
