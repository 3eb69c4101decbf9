using PerceptualEval.Cli.Datasets;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets.Archives;

/// <summary>Datasets of archives: how they pair, and what they hold in memory.</summary>
[Collection(nameof(LiveBuffers))]
public sealed class ArchiveDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("p.tar", "t.tar")]
    [InlineData("p.tar.gz", "t.tar")]
    [InlineData("p.tar", "t.tgz")]
    [InlineData("p.tgz", "t.tgz")]
    [InlineData("folder", "t.tar")]
    [InlineData("folder", "t.tgz")]
    [InlineData("p.tar", "folder")]
    [InlineData("p.tgz", "folder")]
    [InlineData("p.zip", "t.zip")]
    [InlineData("p.zip", "folder")]
    [InlineData("p.zip", "t.tgz")]
    public void OpenLatents_ArchivesAndFolders_PairByPathWithin(string pred, string target)
    {
        Write(pred, 100, "a", "b/c", "d");
        Write(target, 0, "a", "b/c", "d");

        var dataset = Dataset.OpenLatents(_folder[pred], _folder[target], null, null, new DatasetRules());

        Assert.Equal(["a", "b/c", "d"], dataset.Samples().Select(sample => sample.Id));
        Assert.Equal([(0, 100), (1, 101), (2, 102)], Values(dataset));
        Assert.Equal(pred.EndsWith("gz", StringComparison.Ordinal) || target.EndsWith("gz", StringComparison.Ordinal) ? null : 3, dataset.SampleCount);
        Assert.Null(dataset.Warning);
    }

    [Theory]
    [InlineData("p.tar", "t.tar", "a,b,c")] // the target gives the order
    [InlineData("p.tgz", "t.tar", "c,b,a")] // unless the prediction can be read in its own order only
    [InlineData("p.tgz", "t.tgz", "a,b,c")]
    [InlineData("p.tar", "folder", "a,b,c")]
    public void OpenLatents_ArchivesInDifferentOrders_Pair(string pred, string target, string expected)
    {
        Write(pred, 100, "c", "b", "a");
        Write(target, 0, "a", "b", "c");

        var dataset = Dataset.OpenLatents(_folder[pred], _folder[target], null, null, new DatasetRules());

        Assert.Equal(expected.Split(','), dataset.Samples().Select(sample => sample.Id));
        Assert.Equal(
            expected.Split(',').Select(id => id switch { "a" => (0f, 102f), "b" => (1f, 101f), _ => (2f, 100f) }), Values(dataset));
    }

    [Fact]
    public void OpenLatents_FolderOfShards_GivesIdsWithTheShard()
    {
        foreach (var side in new[] { "p", "t" })
        {
            _folder.Folder(side);
            Write($"{side}/shard10.tar", 10, "a");
            Write($"{side}/shard2.tgz", 20, "a");
            _folder.Latent($"{side}/z.npy", 30);
        }

        var dataset = Dataset.OpenLatents(_folder["p"], _folder["t"], null, null, new DatasetRules());

        Assert.Equal(["z", "shard2/a", "shard10/a"], dataset.Samples().Select(sample => sample.Id));
        Assert.Equal([(30, 30), (20, 20), (10, 10)], Values(dataset));
    }

    [Theory]
    [InlineData("p.tar")]
    [InlineData("p.tgz")]
    public void OpenLatents_MembersWithoutPartner_AreNamedOrLeftOut(string pred)
    {
        Write(pred, 100, "a", "only-pred");
        Write("t.tar", 0, "only-target", "a");

        var exception = Assert.Throws<DatasetException>(() => Dataset.OpenLatents(_folder[pred], _folder["t.tar"], null, null, new DatasetRules()).Samples().Count());
        var dataset = Dataset.OpenLatents(_folder[pred], _folder["t.tar"], null, null, new DatasetRules(AllowMissing: true));

        Assert.Contains("without a partner", exception.Message, StringComparison.Ordinal);
        Assert.Equal([(1, 100)], Values(dataset));
        Assert.Contains("only-pred", dataset.Warning, StringComparison.Ordinal);
        Assert.Contains("only-target", dataset.Warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("p.tar", "t.tar")]
    [InlineData("t.tar", "p.tar")]
    [InlineData("p.tar", "t.tgz")]
    public void OpenLatents_TwoMembersOfOneId_AreRefused(string pred, string target)
    {
        Write("p.tar", 0, "x", "x", "a", "b");
        Write(pred == "p.tar" ? target : pred, 0, "a", "b", "x");

        var exception = Assert.Throws<DatasetException>(() => Dataset.OpenLatents(_folder[pred], _folder[target], null, null, new DatasetRules()).Samples().Count());

        Assert.Contains("x", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t.tar")]
    [InlineData("t.tgz")]
    public void OpenLatents_EmptyArchive_SaysNothingPairs(string target)
    {
        Write(target, 0);
        Write("p.tar", 0, "a");

        Assert.Contains("nothing pairs", Assert.Throws<DatasetException>(
            () => Dataset.OpenLatents(_folder["p.tar"], _folder[target], null, null, new DatasetRules(AllowMissing: true))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenLatents_ArchiveAndFile_AreRefused()
    {
        Write("t.tar", 0, "a");

        var exception = Assert.Throws<DatasetException>(() => Dataset.OpenLatents(_folder.Latent("p.npy"), _folder["t.tar"], null, null, new DatasetRules()));

        Assert.Equal($"--pred '{_folder["p.npy"]}' is a file, --target '{_folder["t.tar"]}' an archive; "
            + "files pair with files, folders and archives with each other. Give only one of the two.", exception.Message);
    }

    [Fact]
    public void OpenLatents_PicturesInAnArchive_AreTheImages()
    {
        Write("p.tar", 0, "a");
        Write("t.tar", 0, "a");
        var picture = File.ReadAllBytes(_folder.Picture("x.png", 16, 8, 255, 0, 0));
        File.WriteAllBytes(_folder["i.tar"], TarBytes.Of(("a.npy", TarBytes.Latent(0)), ("a.png", picture)));
        File.WriteAllBytes(_folder["i.tgz"], TarBytes.Gzip(File.ReadAllBytes(_folder["i.tar"])));

        foreach (var images in new[] { "i.tar", "i.tgz" })
        {
            var dataset = Dataset.OpenLatents(_folder["p.tar"], _folder["t.tar"], _folder[images], null, new DatasetRules());
            using var batch = Assert.Single(BatchReader.Read(dataset, 4, TestContext.Current.CancellationToken));

            Assert.Equal("[1,3,8,16]", batch.Images!.Shape.ToString());
            Assert.Equal([1f, -1f, -1f], [batch.Images.Span[0], batch.Images.Span[128], batch.Images.Span[256]]);
        }
    }

    [Fact]
    public void Samples_LargeArchives_TakeMemoryForTheBatchOnly()
    {
        // 2 x 40 archives' worth of 1 MiB latents: were they kept, 80 MiB would be.
        var latent = File.ReadAllBytes(_folder.Npy("l.npy", 0, 4, 256, 256));
        var files = Enumerable.Range(0, 40).Select(i => ($"{i:D4}.npy", latent)).ToArray();
        File.WriteAllBytes(_folder["p.tgz"], TarBytes.Gzip(TarBytes.Of(files)));
        File.Copy(_folder["p.tgz"], _folder["t.tgz"]);
        var dataset = Dataset.OpenLatents(_folder["p.tgz"], _folder["t.tgz"], null, null, new DatasetRules());
        var live = 0L;
        var before = GC.GetTotalMemory(forceFullCollection: true);

        foreach (var batch in BatchReader.Read(dataset, 2, TestContext.Current.CancellationToken))
        {
            batch.Dispose();
            live = Math.Max(live, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        // Two batches of two pairs, and the one pair that is being read.
        Assert.InRange(live, 0, 24 << 20);
    }

    private static (float Target, float Pred)[] Values(Dataset dataset)
    {
        var values = new List<(float, float)>();
        foreach (var batch in BatchReader.Read(dataset, 1, TestContext.Current.CancellationToken))
        {
            using (batch)
            {
                values.Add((batch.Target.Span[0], batch.Pred.Span[0]));
            }
        }

        return [.. values];
    }

    // Latents whose first value counts up from one: as an archive, or as a folder where the name has no extension.
    private void Write(string name, float first, params string[] ids)
    {
        if (!Path.HasExtension(name))
        {
            for (var i = 0; i < ids.Length; i++)
            {
                _folder.Latent($"{name}/{ids[i]}.npy", first + i);
            }

            return;
        }

        var files = ids.Select((id, i) => ($"{id}.npy", TarBytes.Latent(first + i))).ToArray();
        File.WriteAllBytes(_folder[name], Path.GetExtension(name) switch
        {
            ".zip" => ZipBytes.Of(files),
            ".tar" => TarBytes.Of(files),
            _ => TarBytes.Gzip(TarBytes.Of(files)),
        });
    }
}
