using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets;

public sealed class FileListingTests
{
    [Fact]
    public void List_FolderTree_GivesRelativePathsInNaturalOrder()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "img10.npy", "img2.npy", "b/img1.pt", "b/c/x.y.safetensors", "b/UPPER.NPZ", "a.latent", "k.pth", "l.ckpt", "m.bin" })
        {
            folder.Text(name);
        }

        var files = FileListing.List(new DatasetInput("--pred", folder.Root + "/", SourceKind.Latent)).Listed;

        Assert.Equal(["a", "b/UPPER", "b/c/x.y", "b/img1", "img2", "img10", "k", "l", "m"], files.Select(file => file.Id));
        Assert.Equal(Path.Combine(folder["b"], "c", "x.y.safetensors"), Path.GetFullPath(files[2].Path));
    }

    [Fact]
    public void List_HiddenAndForeignFiles_SkipsThem()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "a.npy", "a.txt", "a.json", "a.png", ".b.npy", ".hidden/c.npy", "notes" })
        {
            folder.Text(name);
        }

        Assert.Equal(["a"], FileListing.List(new DatasetInput("--pred", folder.Root, SourceKind.Latent)).Listed.Select(file => file.Id));
    }

    [Fact]
    public void List_LinksThatLeadBack_AreNotFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links take a privilege on Windows");
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "d/a/x.npy", "d/b/y.npy", "other/z.npy" })
        {
            folder.Text(name);
        }

        // Two ways up; two folders that refer to each other; and one beside, as people have them.
        foreach (var (link, target) in new[] { ("d/a/up", ".."), ("d/a/top", folder["d"]), ("d/a/b", folder["d/b"]), ("d/b/a", "../a"), ("d/linked", folder["other"]) })
        {
            Directory.CreateSymbolicLink(folder[link], target);
        }

        var files = FileListing.List(new DatasetInput("--pred", folder["d"], SourceKind.Latent)).Listed;

        Assert.Equal(["a/b/y", "a/x", "b/a/x", "b/y", "linked/z"], files.Select(file => file.Id));
    }

    [Fact]
    public void List_TensorsOfInvoke_NeedNoExtension()
    {
        using var folder = new TemporaryFolder();
        const string Tensor = "Tensor_0b1ad5f8-44d5-4f9c-8f6b-0fda5a9cfb11";
        foreach (var name in new[] { Tensor, "Tensor_1", "Conditioning_0b1ad5f8-44d5-4f9c-8f6b-0fda5a9cfb11" })
        {
            folder.Text(name);
        }

        Assert.Equal([Tensor], FileListing.List(new DatasetInput("--pred", folder.Root, SourceKind.Latent)).Listed.Select(file => file.Id));
    }

    [Fact]
    public void List_Images_TakesPicturesAndTensors()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "a.npy", "b.png", "c.JPG", "d.jpeg", "e.webp", "f.bmp", "g.gif", "g.txt" })
        {
            folder.Text(name);
        }

        Assert.Equal(["a", "b", "c", "d", "e", "f", "g"], FileListing.List(new DatasetInput("A", folder.Root, SourceKind.Image)).Listed.Select(file => file.Id));
    }

    [Fact]
    public void List_ShardsWithAnIndex_AreOneFile()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[]
        {
            "set/m.safetensors.index.json", "set/m-00001-of-00002.safetensors", "set/m-00002-of-00002.safetensors", "set/other.safetensors",
            "alone-00001-of-00002.safetensors", "latents_rank00_shard000.safetensors", "index.json",
        })
        {
            folder.Text(name);
        }

        var files = FileListing.List(new DatasetInput("--pred", folder.Root, SourceKind.Latent)).Listed;

        Assert.Equal(["alone-00001-of-00002", "latents_rank00_shard000", "set/m", "set/other"], files.Select(file => file.Id).Order(StringComparer.Ordinal));
        Assert.Contains(folder["set/m.safetensors.index.json"], files.Select(file => file.Path));
    }

    [Fact]
    public void List_TwoFilesOfOneId_NamesBoth()
    {
        using var folder = new TemporaryFolder();
        folder.Text("x/a.npy");
        folder.Text("x/a.pt");
        folder.Text("a.pt");

        var exception = Assert.Throws<DatasetException>(() => FileListing.List(new DatasetInput("--pred", folder.Root, SourceKind.Latent)));

        Assert.Contains($"'{folder["x/a.npy"]}' and '{folder["x/a.pt"]}' have the same id 'x/a'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void List_EmptyFolder_SaysWhatWasLookedFor()
    {
        using var folder = new TemporaryFolder();

        var exception = Assert.Throws<DatasetException>(() => FileListing.List(new DatasetInput("--pred", folder.Root, SourceKind.Latent)));

        Assert.Equal($"--pred '{folder.Root}' is empty; expected files that end in .npy .npz .safetensors .pt .pth .ckpt .bin .latent .tar .tar.gz .tgz .zip .parquet.", exception.Message);
    }

    [Fact]
    public void List_OnlyForeignFiles_NamesOne()
    {
        using var folder = new TemporaryFolder();
        var picture = folder.Text("a.png");

        var exception = Assert.Throws<DatasetException>(() => FileListing.List(new DatasetInput("--pred", folder.Root, SourceKind.Latent)));

        Assert.Contains($"(such as '{picture}')", exception.Message, StringComparison.Ordinal);
        Assert.Contains(".safetensors", exception.Message, StringComparison.Ordinal);
    }
}
