using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Formats;
using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Tests.Datasets.Formats;

/// <summary>Files that look almost like those of a tool, and are somebody else's: nothing is known of their units.</summary>
public sealed class LookAlikeTests
{
    [Theory]
    [InlineData("a.npz", "npz", "latents:4,2,3")] // kohya has size and crop beside it
    [InlineData("a_0024x0016_sd.npz", "npz", "latents:4,2,3 mine:4,2,3")] // and nothing else
    [InlineData("a_24x16_sd.npz", "npz", "latents:4,2,3")] // and four digits
    [InlineData("a_0024x0016_own.npz", "npz", "latents:4,2,3")] // and models of its own
    [InlineData("a_0024x0016_sdxl.safetensors", "safetensors", "latents:4,2,3")] // the key has a size
    [InlineData("a.safetensors", "safetensors", "latents_2x3_bfloat16:4,2,3")] // the name has one, too
    [InlineData("a.safetensors", "safetensors", "latents_1x2x3_bfloat16:16,1,2,3")] // musubi's, likewise
    [InlineData("a_0024x0016_mine.safetensors", "safetensors", "latents_1x2x3_bfloat16:16,2,3")] // no format_version
    [InlineData("20260101_42_latent.safetensors", "safetensors", "latent:16,2,3")] // no seeds, no prompt
    [InlineData("a_Zm9vYmFyYmF6cXV4-_1234.safetensors", "safetensors", "latent:16,2,3")] // not in _latent_cache
    [InlineData("0.pt", "torch", "latent_image_mine:4,2,3")]
    [InlineData("9f86d081.pt", "torch", ":4,2,3")] // SimpleTuner's hash is longer
    [InlineData("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.npy", "npy", ":4,2,3")] // and torch's
    [InlineData("0.pt", "torch", "latents:1,32,2,2,3")] // finetrainers' are called latent-0.pt
    [InlineData("latent-0.npz", "npz", "latents:4,2,3")]
    [InlineData("clip.pt", "torch", ":32,2,2,3")] // no folder video_latents
    [InlineData("clip.safetensors", "safetensors", "encoded_video_mine:16,2,2,3")]
    [InlineData("clip.pt", "torch", "latents:12,128")] // LTX' have frames, height and width
    [InlineData("item.pt", "torch", "latents:16,2,3")] // diffusion-pipe's lie in shards
    [InlineData("7.pth", "torch", "0/my_input_latents:16,2,3")]
    [InlineData("7.pth", "torch", "model/input_latents:16,2,3")] // a tuple, not a dict
    [InlineData("a.latent", "safetensors", "latent_tensors:1,4,2,3")]
    [InlineData("Tensor_1.pt", "torch", ":1,4,2,3")] // InvokeAI's have a whole UUID
    [InlineData("flux.npy", "npy", ":16,64,64")] // packed tokens, or a latent: --size would say so
    [InlineData("latents_rank00.safetensors", "safetensors", "latents:3,4,2,3")]
    [InlineData("a.npz", "npz", "moment:8,2,3")]
    [InlineData("img-mean-00000042.npy", "npy", ":8,2,3")]
    [InlineData("vae_features/a.npy", "npy", ":8,2,3")]
    [InlineData("features/17.npy", "npy", ":1,4,2,3")]
    public void Recognise_LookAlike_IsPlain(string path, string container, string tensors)
    {
        var found = LatentFormats.Recognise(File(path, container, tensors));

        Assert.IsType<PlainFormat>(found.Format);
        Assert.All(found.Latents, latent => Assert.Null(latent.Units.Units));
        Assert.All(found.Latents, latent => Assert.Equal(PosteriorForm.None, latent.Posterior));
    }

    [Theory]
    [InlineData("a_0024x0016_own.npz", "latents_2x3:16,2,3 original_size_2x3:2 crop_ltrb_2x3:4")]
    [InlineData("a_0024x0016_new.safetensors", "latents_1x2x3_bfloat16:16,2,3")]
    public void Recognise_ModelThatIsNotKnown_LeavesUnitsOpen(string path, string tensors)
    {
        var file = File(path, Path.GetExtension(path)[1..], tensors) with { Metadata = new Dictionary<string, string> { ["format_version"] = "1.0.1" } };

        var latent = Assert.Single(LatentFormats.Recognise(file).Latents);

        Assert.Null(latent.Units.Units);
        Assert.False(latent.Units.MayDefault);
    }

    [Fact]
    public void Recognise_TwoLatentsOfOneKind_AreRefused()
    {
        var file = File("a_0024x0016_wan.safetensors", "safetensors", "latents_1x2x3_bfloat16:16,2,3 latents_1x4x6_bfloat16:16,4,6");

        var exception = Assert.Throws<DatasetException>(() => LatentFormats.Recognise(file));

        Assert.StartsWith("'a_0024x0016_wan.safetensors': holds 'latents_1x2x3_bfloat16' and 'latents_1x4x6_bfloat16'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("simpletuner", "my_image.pt", "torch", ":4,2,3")]
    [InlineData("diffusion-pipe", "item.pt", "torch", "latents:16,2,3")]
    [InlineData("pixart", "a.npy", "npy", ":8,2,3")]
    [InlineData("fast-dit", "17.npy", "npy", ":1,4,2,3")]
    [InlineData("invokeai", "saved.pt", "torch", ":1,4,2,3")]
    [InlineData("kohya", "a.npz", "npz", "latents:4,2,3")]
    [InlineData("musubi-output", "a.safetensors", "safetensors", "latent:16,2,3")]
    [InlineData("ai-toolkit", "a.safetensors", "safetensors", "latent:16,2,3")]
    [InlineData("finetrainers", "0.pt", "torch", "latents:1,32,2,2,3")]
    [InlineData("finetrainers-legacy", "clip.pt", "torch", ":32,2,2,3")]
    [InlineData("lightningdit", "a.safetensors", "safetensors", "latents:3,4,2,3")]
    [InlineData("edm2", "a.npy", "npy", ":8,2,3")]
    public void Recognise_FormatForced_TakesFilesThatWereRenamed(string format, string path, string container, string tensors)
    {
        var found = LatentFormats.Recognise(File(path, container, tensors) with { Reading = new LatentReading { Format = format } });

        Assert.Equal(format, found.Format.Name);
        Assert.NotNull(Assert.Single(found.Latents).Units.Units);
    }

    // What the file's name would say: the model, and with it the units.
    [Theory]
    [InlineData("kohya", "a.npz", "npz", "latents_2x3:16,2,3")]
    [InlineData("kohya-safetensors", "a.safetensors", "safetensors", "latents_2x3_bfloat16:16,2,3")]
    [InlineData("musubi", "a.safetensors", "safetensors", "latents_1x2x3_bfloat16:16,1,2,3")]
    [InlineData(null, "a.npz", "npz", "latents_2x3:16,2,3 original_size_2x3:2 crop_ltrb_2x3:4")]
    public void Recognise_CacheWhoseNameLacksTheModel_LeavesUnitsOpen(string? format, string path, string container, string tensors)
    {
        var found = LatentFormats.Recognise(File(path, container, tensors) with { Reading = new LatentReading { Format = format } });

        Assert.Contains(format ?? "kohya", found.Format.Name, StringComparison.Ordinal);
        var units = Assert.Single(found.Latents).Units;
        Assert.Equal((null, false), (units.Units, units.MayDefault));
        Assert.Contains("names the model at the end of a file's name", units.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Recognise_FormatForcedOnAnotherFile_SaysWhatTheFileHas()
    {
        var file = File("a.npz", "npz", "x:4,2,3") with { Reading = new LatentReading { Format = "mar" } };

        var exception = Assert.Throws<DatasetException>(() => LatentFormats.Recognise(file));

        Assert.StartsWith("'a.npz': is no file of MAR (npz with tensors 'x').", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recognise_PlainForced_ReadsACacheAsNobodys()
    {
        var file = File("a_0024x0016_sdxl.npz", "npz", "latents:4,2,3") with { Reading = new LatentReading { Format = "plain" } };

        var latent = Assert.Single(LatentFormats.Recognise(file).Latents);

        Assert.True(latent.Units.MayDefault);
    }

    [Theory]
    [InlineData(":1,6,64", 16, 48)] // 3 tokens
    [InlineData(":1,6,64", 40, 40)] // no whole tokens
    public void Recognise_SizeOfOtherImages_IsRefusedWithItsTokens(string tensors, int height, int width)
    {
        var file = File("flux.npy", "npy", tensors) with { Reading = new LatentReading { Size = new ImageSize(height, width) } };

        Assert.Contains($"an image of {height}x{width} pixels has", Assert.Throws<DatasetException>(() => LatentFormats.Recognise(file)).Message, StringComparison.Ordinal);
    }

    private static LatentFile File(string path, string container, string tensors) => new(
        path,
        container,
        [.. tensors.Split(' ').Select(Entry)],
        new Dictionary<string, string>(),
        LatentReading.Default);

    private static TensorEntry Entry(string text)
    {
        var parts = text.Split(':');
        return new TensorEntry(parts[0], new TensorShape([.. parts[1].Split(',').Select(long.Parse)]), ElementType.Float32);
    }
}
