using System.Net;
using System.Net.Sockets;
using PerceptualEval.Cli.Downloads;
using PerceptualEval.Cli.Results;
using PerceptualEval.TestSupport;
using static PerceptualEval.Cli.Tests.Downloads.LocalServer;

namespace PerceptualEval.Cli.Tests.Downloads;

public sealed class HttpDownloadTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)(i * 31 >> 3))];

    private static readonly DownloadOptions Impatient = new()
    {
        IdleTimeout = TimeSpan.FromSeconds(2),
        FirstWait = TimeSpan.FromMilliseconds(1),
        LongestWait = TimeSpan.FromMilliseconds(5),
        Tries = 3,
    };

    private readonly TemporaryFolder _folder = new();

    private string Part => _folder["a/file.part"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Fetch_ConnectionThatBreaks_GoesOnWhereItBroke()
    {
        using var server = new LocalServer(request => Reply.File(request, Content, cutAfter: request.Index < 2 ? 300_000 : int.MaxValue));

        await FetchAsync(server.Url());

        Assert.Equal(Content, File.ReadAllBytes(Part));
        Assert.Equal([null, "bytes=300000-", "bytes=600000-"], server.Requests.Select(request => request["Range"]));
        Assert.Equal([null, "\"v1\"", "\"v1\""], server.Requests.Select(request => request["If-Range"]));
    }

    [Fact]
    public async Task Fetch_ServerThatIgnoresRanges_StartsOver()
    {
        using var server = new LocalServer(request => request.Index == 0
            ? Reply.File(request, Content, cutAfter: 1000)
            : new Reply(200, Content, "ETag: \"v1\""));

        await FetchAsync(server.Url());

        Assert.Equal(Content, File.ReadAllBytes(Part));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fetch_ContentThatChangedMeanwhile_StartsOver(bool honoursIfRange)
    {
        var changed = Content.Select(value => (byte)~value).ToArray();
        using var server = new LocalServer(request => request switch
        {
            { Index: 0 } => Reply.File(request, Content, cutAfter: 1000),
            { Index: 1 } when !honoursIfRange => new Reply(206, changed[1000..], "ETag: \"v2\"", $"Content-Range: bytes 1000-{changed.Length - 1}/{changed.Length}"),
            _ => Reply.File(request, changed, tag: "\"v2\""),
        });

        await FetchAsync(server.Url());

        Assert.Equal(changed, File.ReadAllBytes(Part));
    }

    [Theory]
    [InlineData("ETag: W/\"weak\"")]
    [InlineData("X-No-Tag: 1")]
    public async Task Fetch_BrokenWithoutAStrongTag_StartsOver(string header)
    {
        using var server = new LocalServer(request => new Reply(200, request.Index == 0 ? Content[..1000] : Content, header) { Length = Content.Length });

        await FetchAsync(server.Url());

        Assert.Equal(Content, File.ReadAllBytes(Part));
        Assert.Null(server.Requests[1]["Range"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"v")]
    public async Task Fetch_HalfATagFromAnEarlierRun_StartsOver(string tag)
    {
        _folder.Text("a/file.part", "old");
        _folder.Text("a/file.part.etag", tag);
        using var server = new LocalServer(request => Reply.File(request, Content));

        await FetchAsync(server.Url());

        Assert.Equal(Content, File.ReadAllBytes(Part));
        Assert.Null(Assert.Single(server.Requests)["Range"]);
    }

    [Fact]
    public async Task Fetch_BreaksAtTheSamePlaceForEver_IsGivenUp()
    {
        using var server = new LocalServer(_ => new Reply(200, Content[..1000], "ETag: \"v1\"") { Length = Content.Length });

        var exception = await Assert.ThrowsAsync<DownloadException>(() => FetchAsync(server.Url()));

        Assert.Contains("given up after 3 tries", exception.Message, StringComparison.Ordinal);
        Assert.Contains("The 1000 bytes that arrived are kept", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1000, new FileInfo(Part).Length);
    }

    [Fact]
    public async Task Fetch_ServerThatFallsSilent_IsAskedAgain()
    {
        using var server = new LocalServer(request => Reply.File(request, Content, cutAfter: request.Index == 0 ? 1000 : int.MaxValue, silent: request.Index == 0));

        await FetchAsync(server.Url());

        Assert.Equal(Content, File.ReadAllBytes(Part));
        Assert.Equal("bytes=1000-", server.Requests[1]["Range"]);
    }

    [Fact]
    public async Task Fetch_PassingFaults_AreTriedAgain()
    {
        using var server = new LocalServer(request => request.Index < 2 ? Reply.Of(request.Index == 0 ? 500 : 429, "Retry-After: 1") : Reply.File(request, Content));

        await FetchAsync(server.Url());

        Assert.Equal(Content, File.ReadAllBytes(Part));
    }

    [Fact]
    public async Task Fetch_FaultsForEver_IsGivenUpAndLeavesNothing()
    {
        using var server = new LocalServer(_ => Reply.Of(500));

        var exception = await Assert.ThrowsAsync<DownloadException>(() => FetchAsync(server.Url()));

        Assert.Contains("the server answers 500", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.IsRefused);
        Assert.Equal(3, server.Requests.Count);
        Assert.False(File.Exists(Part));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Fetch_WithoutPermission_SaysWhichPageAndToken(int status)
    {
        using var server = new LocalServer(_ => Reply.Of(status));

        var exception = await Assert.ThrowsAsync<DownloadException>(() => FetchAsync(server.Url(), gate: new Uri("https://example.org/licence")));

        Assert.True(exception.IsRefused);
        Assert.Contains("https://example.org/licence", exception.Message, StringComparison.Ordinal);
        Assert.Contains("HF_TOKEN", exception.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(204)]
    public async Task Fetch_NoFile_IsNotTriedAgain(int status)
    {
        using var server = new LocalServer(_ => Reply.Of(status));

        var exception = await Assert.ThrowsAsync<DownloadException>(() => FetchAsync(server.Url()));

        Assert.Contains($"{status}", exception.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Fetch_AnotherLengthThanTheCatalogues_IsRefusedBeforeItArrives()
    {
        using var server = new LocalServer(request => Reply.File(request, Content));

        var exception = await Assert.ThrowsAsync<DownloadException>(() => FetchAsync(server.Url(), bytes: 1000));

        Assert.Contains("has 1048576 bytes, the official file has 1000", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Part));
    }

    [Fact]
    public async Task Fetch_RedirectToAnotherHost_DoesNotTakeTheTokenThere()
    {
        using var store = new LocalServer(request => Reply.File(request, Content));
        using var hub = new LocalServer(request => Reply.Of(307, request.Path == "/file" ? "Location: /renamed" : $"Location: {store.Url("blob")}"));

        await FetchAsync(hub.Url(), Impatient with { Token = "secret", GetsToken = url => url.Port == hub.Url().Port });

        Assert.Equal(Content, File.ReadAllBytes(Part));
        Assert.Equal(["Bearer secret", "Bearer secret"], hub.Requests.Select(request => request["Authorization"]));
        Assert.Equal([null], store.Requests.Select(request => request["Authorization"]));
    }

    [Theory]
    [InlineData("https://huggingface.co/a/b", true)]
    [InlineData("https://cdn-lfs.huggingface.co/a", true)]
    [InlineData("http://huggingface.co/a/b", false)]
    [InlineData("https://huggingface.co.example.org/a", false)]
    [InlineData("https://nothuggingface.co/a", false)]
    [InlineData("https://huggingface.co@example.org/a", false)]
    public void GetsToken_ByDefault_IsHuggingFaceOverTlsOnly(string url, bool expected) =>
        Assert.Equal(expected, new DownloadOptions().GetsToken(new Uri(url)));

    [Theory]
    [InlineData("Location: /file", "redirected more than 10 times")]
    [InlineData("X: y", "leads nowhere")]
    [InlineData("Location: ftp://example.org/file", "not encrypted")]
    public async Task Fetch_RedirectsThatEndNowhere_AreGivenUp(string header, string expected)
    {
        using var server = new LocalServer(_ => Reply.Of(302, header));

        var exception = await Assert.ThrowsAsync<DownloadException>(() => FetchAsync(server.Url()));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_Interrupted_KeepsWhatArrivedForTheNextRun()
    {
        using var interrupt = new CancellationTokenSource();
        using var server = new LocalServer(request => Reply.File(request, Content, cutAfter: request.Index == 0 ? 300_000 : int.MaxValue, silent: request.Index == 0));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FetchAsync(
            server.Url(), Impatient with { IdleTimeout = TimeSpan.FromMinutes(1) }, report: done => CancelAt(interrupt, done, 300_000), interrupt: interrupt));
        var kept = new FileInfo(Part).Length;
        await FetchAsync(server.Url());

        Assert.Equal(300_000, kept);
        Assert.Equal("bytes=300000-", server.Requests[1]["Range"]);
        Assert.Equal(Content, File.ReadAllBytes(Part));
    }

    [Fact]
    public async Task Fetch_WholeFromAnEarlierRun_AsksForNothingMore()
    {
        using var server = new LocalServer(request => Reply.File(request, Content));
        await FetchAsync(server.Url());

        await FetchAsync(server.Url());

        Assert.Equal(Content, File.ReadAllBytes(Part));
        Assert.Equal("bytes=1048576-", server.Requests[1]["Range"]);
    }

    [Fact]
    public async Task Fetch_NobodyListens_IsOfflineAtOnce()
    {
        var exception = await Assert.ThrowsAsync<DownloadException>(() => FetchAsync(NobodysUrl()));

        Assert.True(exception.IsOffline);
        Assert.Contains("127.0.0.1 can't be reached", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_FullDisk_SaysSo()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full, a disk that is always full");
        _folder.Folder("a");
        File.CreateSymbolicLink(Part, "/dev/full");
        using var server = new LocalServer(request => Reply.File(request, Content));

        var exception = await Assert.ThrowsAsync<OutputException>(() => FetchAsync(server.Url()));

        Assert.Contains("disk is full", exception.Message, StringComparison.Ordinal);
    }

    internal static Uri NobodysUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/file");
    }

    private static void CancelAt(CancellationTokenSource interrupt, long done, long limit)
    {
        if (done >= limit)
        {
            interrupt.Cancel();
        }
    }

    private async Task FetchAsync(Uri url, DownloadOptions? options = null, long? bytes = null, Uri? gate = null, Action<long>? report = null, CancellationTokenSource? interrupt = null)
    {
        using var download = new HttpDownload(options ?? Impatient);
        var file = new CatalogueFile { Origin = "here", Licence = "MIT", Url = url, Bytes = bytes, Gate = gate };
        await download.FetchAsync(file, Part, (done, _) => report?.Invoke(done), interrupt?.Token ?? TestContext.Current.CancellationToken);
    }
}
