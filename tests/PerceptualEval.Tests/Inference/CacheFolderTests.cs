using PerceptualEval.Inference.Caching;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.Inference;

public sealed class CacheFolderTests : IDisposable
{
    private const string Prefix = "perceptual-eval-";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Find_AddedEntry_HasItsFiles()
    {
        var cache = new CacheFolder(_folder["cache"], capacity: 100);
        Add(cache, "a", bytes: 10);

        Assert.Equal(10, new FileInfo(Path.Combine(cache.Find("a")!, "content")).Length);
        Assert.Null(cache.Find("b"));
    }

    // Nine tenths of 100 are left: 3 entries of 30.
    [Fact]
    public void Add_BeyondTheCapacity_RemovesWhatWasNotUsedForLongest()
    {
        var cache = new CacheFolder(_folder.Root, capacity: 100);
        foreach (var (key, daysAgo) in (ReadOnlySpan<(string, int)>)[("a", 9), ("b", 8), ("c", 7)])
        {
            Add(cache, key, bytes: 30);
            Directory.SetLastWriteTimeUtc(_folder[Prefix + key], DateTime.UtcNow.AddDays(-daysAgo));
        }

        cache.Find("a");
        Add(cache, "d", bytes: 30);

        Assert.Equal([Prefix + "a", Prefix + "c", Prefix + "d"], _folder.Files);
    }

    [Fact]
    public void Add_FolderThatHoldsOtherThings_LeavesThem()
    {
        Directory.CreateDirectory(_folder["mine/deep"]);
        File.WriteAllBytes(_folder["mine/model"], new byte[500]);
        Directory.SetLastWriteTimeUtc(_folder["mine"], DateTime.UtcNow.AddYears(-1));
        var cache = new CacheFolder(_folder.Root, capacity: 100);

        Add(cache, "a", bytes: 90);
        Add(cache, "b", bytes: 90);

        Assert.True(Directory.Exists(_folder["mine/deep"]));
        Assert.True(File.Exists(_folder["mine/model"]));
        Assert.NotNull(cache.Find("b"));
    }

    [Fact]
    public void Add_EntriesOfEarlierProcesses_CountTowardsTheCapacity()
    {
        Add(new CacheFolder(_folder.Root, capacity: 100), "a", bytes: 60);
        Directory.SetLastWriteTimeUtc(_folder[Prefix + "a"], DateTime.UtcNow.AddDays(-1));
        Add(new CacheFolder(_folder.Root, capacity: 100), "b", bytes: 60);

        Assert.Equal([Prefix + "b"], _folder.Files);
    }

    // Each adds 2 of 100 at a time, and looks at the whole folder again after a few.
    [Fact]
    public void Add_TwoProcessesAtOnce_StayTogetherNearTheCapacity()
    {
        CacheFolder[] caches = [new(_folder.Root, capacity: 100), new(_folder.Root, capacity: 100)];
        for (var i = 0; i < 100; i++)
        {
            Add(caches[i % 2], $"{i:000}", bytes: 2);
            Assert.InRange(_folder.Files.Count() * 2, 0, 112);
        }
    }

    [Fact]
    public void Add_WritingFails_LeavesNothing()
    {
        new CacheFolder(_folder.Root, capacity: 100).Add("a", unfinished =>
        {
            File.WriteAllBytes(Path.Combine(unfinished, "content"), new byte[10]);
            throw new IOException("disk full");
        });

        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void Add_KeyThatIsThere_KeepsTheFirstAndNotesItsUse()
    {
        var cache = new CacheFolder(_folder.Root, capacity: 100);
        Add(cache, "a", bytes: 10);
        Directory.SetLastWriteTimeUtc(_folder[Prefix + "a"], DateTime.UtcNow.AddDays(-1));
        cache.Add("a", _ => Assert.Fail("written again"));

        Assert.Equal([Prefix + "a"], _folder.Files);
        Assert.InRange(Directory.GetLastWriteTimeUtc(_folder[Prefix + "a"]), DateTime.UtcNow.AddHours(-1), DateTime.MaxValue);
        Assert.Equal(10, new FileInfo(_folder[Prefix + "a/content"]).Length);
    }

    [Fact]
    public void Add_FileInPlaceOfTheFolder_IsNoError()
    {
        var cache = new CacheFolder(_folder.Text("file"), capacity: 100);
        Add(cache, "a", bytes: 10);

        Assert.Null(cache.Find("a"));
        Assert.Equal(["file"], _folder.Files);
    }

    [Theory]
    [InlineData("/home/someone/.cache", "/home/someone/.cache")]
    [InlineData("relative", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Xdg_Variable_CountsWhereItIsAbsolute(string? variable, string? expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "paths of Unix");

        Assert.Equal(expected, UserCacheFolder.Xdg(variable));
    }

    public void Dispose() => _folder.Dispose();

    private static void Add(CacheFolder cache, string key, int bytes) =>
        cache.Add(key, unfinished => File.WriteAllBytes(Path.Combine(unfinished, "content"), new byte[bytes]));
}
