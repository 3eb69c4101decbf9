using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Tests.Datasets.Formats;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets;

/// <summary>Caches of trainers as datasets: they pair by the image they were made from.</summary>
public sealed class TrainerCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OpenLatents_CachesOfTwoRuns_PairByImageAndSkipTextEncoders()
    {
        Copy("kohya/dog_0024x0016_sd.npz", "p/sub/dog_0024x0016_sd.npz");
        Copy("kohya/dog_0024x0016_sdxl.npz", "t/sub/dog_0024x0016_sdxl.npz");
        Copy("kohya/dog_te_outputs.npz", "t/sub/dog_te_outputs.npz");

        var dataset = Open("p", "t");

        Assert.Equal(["sub/dog", "sub/dog/flipped"], IdsOf(dataset));
        Assert.Equal(LatentUnits.Raw, dataset.Units);
        Assert.Null(dataset.Warning);
    }

    [Fact]
    public void OpenLatents_CacheAndPlainFile_PairTheMainLatentAndForgetTheMirroredOne()
    {
        Copy("kohya/dog_0024x0016_sd.npz", "t/dog_0024x0016_sd.npz");
        _folder.Safetensors("p/dog.safetensors", ("prediction", 0, [4, 2, 3]));

        var sample = Assert.Single(Open("p", "t").Samples());

        Assert.Equal("dog", sample.Id);
        Assert.Equal("prediction", sample.Pred.Tensor.Name);
        Assert.Equal("latents", sample.Target.Tensor.Name);
    }

    [Fact]
    public void OpenLatents_CacheAndPictures_PairByImage()
    {
        Copy("ai-toolkit/_latent_cache/my_cat_Zm9vYmFyYmF6cXV4-_1234.safetensors", "t/_latent_cache/my_cat_Zm9vYmFyYmF6cXV4-_1234.safetensors");
        _folder.Npy("p/my_cat.npy", 0, 16, 2, 3);
        _folder.Picture("i/my_cat.png", 24, 16, 0, 0, 0);

        var sample = Assert.Single(Dataset.OpenLatents(_folder["p"], _folder["t"], _folder["i"], null, new()).Samples());

        Assert.Equal("my_cat", sample.Id);
        Assert.Equal(LatentUnits.Model, sample.Target.Tensor.Units);
    }

    [Fact]
    public void OpenLatents_OneImageInTwoSizes_HasTheSizesInItsIds()
    {
        foreach (var side in new[] { "p", "t" })
        {
            _folder.Latent($"{side}/plain.npy");
            Copy("kohya/dog_0024x0016_sd.npz", $"{side}/dog_0024x0016_sd.npz");
            Copy("kohya/dog_0024x0016_sd.npz", $"{side}/dog_0048x0032_sd.npz");
        }

        Assert.Equal(["dog_0024x0016", "dog_0024x0016/flipped", "dog_0048x0032", "dog_0048x0032/flipped", "plain"], IdsOf(Open("p", "t")));
    }

    [Fact]
    public void OpenLatents_SingleCacheFile_HasTheImagesId()
    {
        var path = Copy("kohya/dog_0024x0016_flux.npz", "dog_0024x0016_flux.npz");

        Assert.Equal(["dog"], IdsOf(Dataset.OpenLatents(path, path, null, null, new())));
    }

    [Fact]
    public void OpenLatents_UnitsAgainstWhatAllFilesSay_AreRefused()
    {
        var path = Copy("kohya/dog_0024x0016_sd.npz", "dog_0024x0016_sd.npz");
        var said = new LatentReading { Units = LatentUnits.Model };

        var message = Assert.Throws<UsageException>(() => Dataset.OpenLatents(path, path, null, null, new(), said, said)).Message;

        Assert.StartsWith($"'{path}', tensor 'latents': shape [4,2,3] is in raw units (", message, StringComparison.Ordinal);
        Assert.EndsWith("with --format plain.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenLatents_UnitsBesideACache_GoForTheOtherFiles()
    {
        var target = Copy("kohya/dog_0024x0016_sd.npz", "dog_0024x0016_sd.npz");
        var said = new LatentReading { Units = LatentUnits.Model };

        var sample = Dataset.OpenLatents(_folder.Npy("dog.npy", 0, 4, 2, 3), target, null, null, new(), said, said).Samples().First();

        Assert.Equal(LatentUnits.Raw, sample.Target.Tensor.Units);
        Assert.Equal(LatentUnits.Model, sample.Pred.Tensor.Units);
    }

    [Fact]
    public void Read_SamplesOfOtherUnits_BeginANewBatch()
    {
        foreach (var side in new[] { "p", "t" })
        {
            Copy("kohya/dog_0024x0016_sd3.npz", $"{side}/a_0024x0016_flux.npz");
            Copy("kohya/dog_0024x0016_sd3.npz", $"{side}/b_0024x0016_sd3.npz");
        }

        var batches = BatchReader.Read(Open("p", "t"), 8, TestContext.Current.CancellationToken).Select(batch =>
        {
            using (batch)
            {
                return string.Join(' ', batch.Samples.Select(sample => $"{sample.Id}:{sample.Target.Tensor.Units}"));
            }
        });

        Assert.Equal(
            ["a/2x3:Model", "a/3x2/flipped:Model a/3x2:Model", "b/2x3:Raw", "b/3x2/flipped:Raw b/3x2:Raw"], batches);
    }

    private static IEnumerable<string> IdsOf(Dataset dataset) => dataset.Samples().Select(sample => sample.Id);

    private Dataset Open(string pred, string target) => Dataset.OpenLatents(_folder[pred], _folder[target], null, null, new());

    private string Copy(string golden, string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.Copy(Path.Combine(GoldenFormat.Folder, golden), _folder[name]);
        return _folder[name];
    }
}
