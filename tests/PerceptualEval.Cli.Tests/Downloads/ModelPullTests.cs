using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PerceptualEval.Cli.Downloads;
using PerceptualEval.Cli.Results;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;
using static PerceptualEval.Cli.Tests.Downloads.LocalServer;

namespace PerceptualEval.Cli.Tests.Downloads;

public sealed class ModelPullTests : IDisposable
{
    private static readonly DownloadOptions Impatient = new() { FirstWait = TimeSpan.FromMilliseconds(1), Tries = 2 };

    private readonly TemporaryFolder _folder = new();
    private readonly List<(string Name, bool IsNew)> _done = [];

    private string Store => _folder["store"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_OfficialFile_BecomesAModelAndNothingElseIsLeft()
    {
        using var server = new LocalServer(request => Reply.File(request, TinyModels.TaesdDecoder));

        await PullAsync(server.Url(), file => file with { Sha256 = Sha256(TinyModels.TaesdDecoder), Bytes = TinyModels.TaesdDecoder.Length });

        var model = new ModelStore(Store).Find("tiny", ModelKind.Decoder);
        Assert.Equal(4, model.Manifest.Latent!.Channels);
        Assert.Equal(("MIT", "a test"), (model.Manifest.Licence, model.Manifest.Source));
        Assert.Equal(16, model.Manifest.Check!.Values.Count);
        Assert.Equal(["tiny"], Entries(Store));
        Assert.Equal([("tiny", true)], _done);
    }

    [Fact]
    public async Task Run_InstalledAlready_FetchesNothing()
    {
        using var server = new LocalServer(request => Reply.File(request, TinyModels.TaesdDecoder));
        await PullAsync(server.Url());

        await PullAsync(server.Url());

        Assert.Equal([("tiny", true), ("tiny", false)], _done);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Run_TwoModelsOfOneFile_FetchItOnce()
    {
        using var server = new LocalServer(request => Reply.File(request, TinyModels.TaesdDecoder));

        await PullAsync(server.Url(), names: ["tiny", "twin"]);

        Assert.Equal([("tiny", true), ("twin", true)], _done);
        Assert.Single(server.Requests);
        Assert.Equal(["catalogue.lock.json", "tiny", "twin"], Entries(Store));
    }

    [Fact]
    public async Task Run_CorruptedFile_IsNotUsedAndNotKept()
    {
        var corrupted = TinyModels.TaesdDecoder.ToArray();
        corrupted[^1] ^= 1;
        using var server = new LocalServer(request => Reply.File(request, corrupted));

        var exception = await Assert.ThrowsAsync<DownloadException>(() => PullAsync(server.Url(), file => file with { Sha256 = Sha256(TinyModels.TaesdDecoder) }));

        Assert.Contains(Sha256(corrupted), exception.Message, StringComparison.Ordinal);
        Assert.Contains(Sha256(TinyModels.TaesdDecoder), exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Store, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task Run_GitBlobId_IsCheckedAsGitMakesIt(int flip, bool accepted)
    {
        // `git hash-object` of the served bytes: SHA-1 over "blob LENGTH\0" and the content.
        var content = TinyModels.TaesdDecoder.ToArray();
#pragma warning disable CA5350 // the format is git's
        var blob = Convert.ToHexStringLower(SHA1.HashData([.. System.Text.Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
#pragma warning restore CA5350
        content[^1] ^= (byte)flip;
        using var server = new LocalServer(request => Reply.File(request, content));

        var exception = await Record.ExceptionAsync(() => PullAsync(server.Url(), file => file with { GitBlob = blob }));

        Assert.Equal(accepted, exception is null);
        Assert.Equal(accepted, Directory.Exists(Path.Combine(Store, "tiny")));
    }

    [Fact]
    public async Task Run_NoStatedHash_PinsTheFirstDownloadAndHoldsLaterOnesToIt()
    {
        var content = TinyModels.TaesdDecoder.ToArray();
        using var server = new LocalServer(request => Reply.File(request, content, tag: $"\"{content[^1]}\""));
        await PullAsync(server.Url());
        Directory.Delete(Path.Combine(Store, "tiny"), recursive: true);
        content[^1] ^= 1;

        var exception = await Assert.ThrowsAsync<DownloadException>(() => PullAsync(server.Url()));

        Assert.Contains("on its first download", exception.Message, StringComparison.Ordinal);
        Assert.Equal(Sha256(TinyModels.TaesdDecoder), LockFile.Open(Store).Sha256Of(server.Url()));
        Assert.False(Directory.Exists(Path.Combine(Store, "tiny")));
    }

    [Fact]
    public async Task Run_NoCheckpoint_LeavesNothingInTheStoreAndPinsNothing()
    {
        using var server = new LocalServer(request => Reply.File(request, "<html>log in first</html>"u8.ToArray()));

        await Assert.ThrowsAsync<TensorFileException>(() => PullAsync(server.Url()));

        Assert.Null(LockFile.Open(Store).Sha256Of(server.Url()));
        Assert.Equal([".downloads"], Entries(Store));
    }

    [Fact]
    public async Task Run_Interrupted_GoesOnLaterAndLeavesNothingInTheStoreUntilThen()
    {
        using var interrupt = new CancellationTokenSource();
        using var server = new LocalServer(request =>
            Reply.File(request, TinyModels.TaesdDecoder, cutAfter: request.Index == 0 ? 100_000 : int.MaxValue, silent: request.Index == 0));

        var pull = PullAsync(server.Url(), interrupt: interrupt);
        var part = new FileInfo(Path.Combine(Store, ".downloads", "tiny", "tiny.safetensors.part"));
        while (!part.Exists || part.Length < 100_000)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
            part.Refresh();
        }

        await interrupt.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pull);
        Assert.Equal([".downloads"], Entries(Store));
        await PullAsync(server.Url());

        Assert.Equal("bytes=100000-", server.Requests[1]["Range"]);
        Assert.Equal([("tiny", true)], _done);
    }

    [Fact]
    public async Task Run_Offline_SaysInOneLineWhatToFetchAndWhatToRun()
    {
        var url = HttpDownloadTests.NobodysUrl();

        var exception = await Assert.ThrowsAsync<DownloadException>(() => PullAsync(url));

        Assert.Contains("can't be reached", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"fetch {url} elsewhere", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("perceptual-eval build decoder tiny.safetensors --name tiny", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
        Assert.Empty(Entries(Store));
    }

    [Fact]
    public async Task Run_UnknownName_ListsTheCatalogue()
    {
        var exception = await Assert.ThrowsAsync<UsageException>(() => PullAsync(HttpDownloadTests.NobodysUrl(), names: ["tinny"]));

        Assert.Equal("'tinny' is not in the catalogue. It has: tiny, twin.", exception.Message);
    }

    [Fact]
    public async Task Run_NameTaken_IsSaidBeforeAnythingIsFetched()
    {
        _folder.Folder("store/tiny");
        using var server = new LocalServer(_ => Reply.Of(500));

        var exception = await Assert.ThrowsAsync<ModelException>(() => PullAsync(server.Url()));

        Assert.Contains("exists already", exception.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Run_StoreThatCannotBeWritten_IsRefusedBeforeAnythingIsFetched()
    {
        // Folder permissions do not bind root; the kernel's own folder binds it too.
        Assert.SkipUnless(RuntimeInformation.IsOSPlatform(OSPlatform.Linux), "needs /sys/kernel, where nobody may create files");
        using var server = new LocalServer(_ => Reply.Of(500));

        var exception = await Assert.ThrowsAsync<OutputException>(() => PullAsync(server.Url(), store: "/sys/kernel"));

        Assert.False(exception.IsWhileRunning);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Run_RealWeights_PassTheirStatedHashesAndBuild()
    {
        var official = Catalogue.Load(Catalogue.DefaultPath);
        var decoder = File.ReadAllBytes(SharedFolder.Require("models", "taef2_decoder.pth"));
        var heads = File.ReadAllBytes(SharedFolder.Require("models", "lpips-v0.1-squeeze.pth"));
        var backbone = File.ReadAllBytes(SharedFolder.Require("models", "squeezenet1_1-features.pth"));
        using var server = new LocalServer(request => Reply.File(request, request.Path switch { "/d" => decoder, "/h" => heads, _ => backbone }));
        var catalogue = official with
        {
            Files = new Dictionary<string, CatalogueFile>
            {
                ["d.pth"] = official.Files["taesd/taef2_decoder.pth"] with { Url = server.Url("d") },
                ["h.pth"] = official.Files["lpips-v0.1/squeeze.pth"] with { Url = server.Url("h") },
                ["b.pth"] = official.Files["torchvision/squeezenet1_1-features.pth"] with { Url = server.Url("b") },
            },
            Models = new Dictionary<string, CatalogueEntry>
            {
                ["taef2-decoder"] = official.Models["taef2-decoder"] with { Weights = "d.pth" },
                ["lpips-squeeze"] = official.Models["lpips-squeeze"] with { Heads = "h.pth", Backbone = "b.pth" },
            },
        };

        await new ModelPull(new ModelStore(Store), catalogue, Impatient).RunAsync([.. catalogue.Models.Keys], (_, _) => { }, TestContext.Current.CancellationToken);

        Assert.Equal("MIT", new ModelStore(Store).Find("taef2-decoder", ModelKind.Decoder).Manifest.Licence);
        Assert.Equal("BSD-3-Clause AND BSD-2-Clause", new ModelStore(Store).Find("lpips-squeeze", ModelKind.Lpips).Manifest.Licence);
        Assert.Equal(["lpips-squeeze", "taef2-decoder"], Entries(Store));
    }

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static IEnumerable<string> Entries(string folder) => Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)!;

    private Task PullAsync(
        Uri url, Func<CatalogueFile, CatalogueFile>? change = null, string[]? names = null, string? store = null, CancellationTokenSource? interrupt = null)
    {
        var file = new CatalogueFile { Origin = "a test", Licence = "MIT", Url = url };
        var entry = new CatalogueEntry { Kind = ModelKind.Decoder, Weights = "tiny/tiny.safetensors" };
        var catalogue = new Catalogue
        {
            Schema = 1,
            Files = new Dictionary<string, CatalogueFile> { ["tiny/tiny.safetensors"] = change?.Invoke(file) ?? file },
            Models = new Dictionary<string, CatalogueEntry> { ["tiny"] = entry, ["twin"] = entry },
        };
        return new ModelPull(new ModelStore(store ?? Store), catalogue, Impatient).RunAsync(
            names ?? ["tiny"], (model, isNew) => _done.Add((model.Name, isNew)), interrupt?.Token ?? TestContext.Current.CancellationToken);
    }
}
