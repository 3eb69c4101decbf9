using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets;

public sealed class DatasetRefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OpenLatents_NoKeyHasAPartner_IsRefusedEvenWhereMissingIsAllowed()
    {
        var pred = _folder.Safetensors("p.safetensors", ("x", 0, [4, 2, 2]), ("y", 0, [4, 2, 2]));

        Assert.StartsWith("nothing pairs: 1 in --target", ErrorOf(pred, _folder.Latent("t.npy"), allowMissing: true), StringComparison.Ordinal);
    }

    [Fact]
    public void OpenLatents_NothingPairs_IsRefusedEvenWhereMissingIsAllowed()
    {
        _folder.Latent("p/a.npy");
        _folder.Latent("t/b.npy");

        Assert.StartsWith("nothing pairs: 1 in --target", ErrorOf(_folder["p"], _folder["t"], allowMissing: true), StringComparison.Ordinal);
    }

    [Fact]
    public void OpenLatents_FileAndFolder_AreRefused()
    {
        var pred = _folder.Latent("p.npy");
        _folder.Latent("t/p.npy");

        Assert.Equal($"--pred '{pred}' is a file, --target '{_folder["t"]}' a folder; files pair with files, folders and archives with each other. Give only one of the two.",
            ErrorOf(pred, _folder["t"]));
    }

    [Fact]
    public void OpenLatents_PathThatDoesNotExist_IsNamed()
    {
        Assert.Equal($"--pred '{_folder["none"]}': there is no such file or folder.", ErrorOf(_folder["none"], _folder.Latent("t.npy")));
    }

    [Fact]
    public void OpenLatents_EmptyFolder_IsNamed()
    {
        _folder.Latent("t/a.npy");

        Assert.Contains("is empty; expected files that end in .npy", ErrorOf(_folder.Folder("p"), _folder["t"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "--pred and --target are missing")]
    [InlineData(null, "t.npy", "--pred is missing")]
    [InlineData("p.npy", null, "--target is missing")]
    public void OpenLatents_ArgumentMissing_IsNamed(string? pred, string? target, string expected)
    {
        Assert.StartsWith(expected, ErrorOf(pred, target), StringComparison.Ordinal);
    }

    [Fact]
    public void OpenLatents_PairsBesideFiles_IsRefused()
    {
        var exception = Assert.Throws<DatasetException>(() => Dataset.OpenLatents("p.npy", null, null, "pairs.csv", new()));

        Assert.StartsWith("--pairs 'pairs.csv' names all files", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenLatents_ShapesDiffer_NamesBothFilesAndShapes()
    {
        var pred = _folder.Npy("p.npy", 0, 2, 4, 8, 8);
        var target = _folder.Npy("t.npy", 0, 2, 4, 8, 9);

        Assert.Equal($"'{target}': shape [2,4,8,9] (--target); '{pred}': shape [2,4,8,8] (--pred); expected equal shapes. Give files of the same latent space and size.",
            ErrorOf(pred, target));
    }

    [Fact]
    public void OpenLatents_BatchesDiffer_NamesBothFilesAndCounts()
    {
        var pred = _folder.Npy("p.npy", 0, 2, 4, 8, 8);
        var target = _folder.Npy("t.npy", 0, 3, 4, 8, 8);

        Assert.StartsWith($"'{target}': shape [3,4,8,8] (--target) holds 3 samples, '{pred}': shape [2,4,8,8] (--pred) 2;", ErrorOf(pred, target), StringComparison.Ordinal);
    }

    [Fact]
    public void OpenLatents_OnePictureForManyLatents_IsRefused()
    {
        var latents = _folder.Npy("a.npy", 0, 2, 4, 8, 8);
        var picture = _folder.Picture("a.png", 8, 8, 0, 0, 0);

        Assert.Contains($"'{picture}': shape [3,8,8] (--images) 1; expected as many", ErrorOf(latents, latents, picture), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3L, 4L)]
    [InlineData(1L, 4L, 3L, 8L, 8L)]
    public void OpenLatents_RankOfNoLatent_IsRefused(params long[] shape)
    {
        var path = _folder.Npy("a.npy", 0, shape);

        Assert.Equal($"'{path}': shape [{string.Join(',', shape)}]; expected a latent, [C,h,w] or [N,C,h,w].", ErrorOf(path, path));
    }

    [Theory]
    [InlineData(0L, 4L, 8L, 8L)]
    [InlineData(4L, 0L, 8L)]
    public void OpenLatents_EmptyTensor_IsRefused(params long[] shape)
    {
        var path = _folder.Npy("a.npy", 0, shape);

        Assert.Contains("is empty", ErrorOf(path, path), StringComparison.Ordinal);
    }

    [Fact]
    public void OpenLatents_FileThatIsNoTensor_IsTheReadersError()
    {
        var path = _folder.Text("a.npy", "hello");

        Assert.Contains(path, Assert.Throws<TensorFileException>(() => Dataset.OpenLatents(path, path, null, null, new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenLatents_BatchIndexMakesAnIdTwice_NamesIt()
    {
        foreach (var side in new[] { "p", "t" })
        {
            _folder.Npy($"{side}/a.npy", 0, 2, 4, 8, 8);
            _folder.Npy($"{side}/a#1.npy", 0, 4, 8, 8);
        }

        Assert.Contains("its sample 'a#1' has the id of an earlier one", ErrorOf(_folder["p"], _folder["t"]), StringComparison.Ordinal);
    }

    [Fact]
    public void OpenImages_SizesDiffer_NamesBoth()
    {
        var a = _folder.Picture("a.png", 6, 4, 0, 0, 0);
        var b = _folder.Picture("b.png", 4, 6, 0, 0, 0);

        var exception = Assert.Throws<DatasetException>(() => Dataset.OpenImages(a, b, new()));

        Assert.StartsWith($"'{a}': shape [3,4,6] (A); '{b}': shape [3,6,4] (B); expected equal shapes", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenImages_LatentGiven_IsRefused()
    {
        var path = _folder.Npy("a.npy", 0, 2, 32, 8, 8);

        var exception = Assert.Throws<DatasetException>(() => Dataset.OpenImages(path, path, new()));

        Assert.StartsWith($"'{path}': shape [2,32,8,8]; expected an image in [-1,1], [3,H,W] or [N,3,H,W].", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenImages_PictureBytesInATensorFile_AreRefused()
    {
        var path = _folder.Safetensors("a.safetensors", "U8", ("pixels", new byte[12], [3, 2, 2]));

        var exception = Assert.Throws<DatasetException>(() => Dataset.OpenImages(path, path, new()));

        Assert.StartsWith($"'{path}', tensor 'pixels': shape [3,2,2], stored as UInt8; an image in a tensor file holds floats in [-1,1].", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenImages_FileThatIsNoPicture_IsTheReadersError()
    {
        var path = _folder.Text("a.png", "hello");

        Assert.Contains(path, Assert.Throws<ImageFileException>(() => Dataset.OpenImages(path, path, new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenLatents_OneTensorOfSeveralIsNoLatent_IsNamed()
    {
        var path = _folder.Safetensors("a.safetensors", ("latents", 0, [4, 2, 2]), ("original_size", 0, [2]));

        Assert.StartsWith($"'{path}', tensor 'original_size': shape [2]; expected a latent", ErrorOf(path, path), StringComparison.Ordinal);
    }

    [Fact]
    public void OpenLatents_FileWithoutTensors_IsRefused()
    {
        var path = _folder.Safetensors("a.safetensors", "F32");

        Assert.Equal($"'{path}' holds no tensors.", ErrorOf(path, path));
    }

    private static string ErrorOf(string? pred, string? target, string? images = null, bool allowMissing = false) =>
        Assert.Throws<DatasetException>(() => Dataset.OpenLatents(pred, target, images, null, new(allowMissing))).Message;
}
