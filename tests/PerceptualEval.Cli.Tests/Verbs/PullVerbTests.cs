using System.Text.Json;
using PerceptualEval.Cli.Tests.Downloads;
using PerceptualEval.Cli.Tests.Executable;
using PerceptualEval.TestSupport;
using static PerceptualEval.Cli.Tests.Downloads.LocalServer;

namespace PerceptualEval.Cli.Tests.Verbs;

/// <summary>The exit codes that scripts depend on.</summary>
public sealed class PullVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pull_ThenVerify_IsOkUntilAFileIsDamaged()
    {
        using var server = new LocalServer(request => Reply.File(request, TinyModels.TaesdDecoder));

        Assert.Equal(0, Pull(server.Url()));
        Assert.Equal(0, Program.Main(["models", "--verify", "--models", _folder["store"]]));
        File.AppendAllText(_folder["store/tiny/decoder.onnx"], " ");
        Assert.Equal(1, Program.Main(["models", "--verify", "--json", "--models", _folder["store"]]));
    }

    [Theory]
    [InlineData(401, 2)]
    [InlineData(404, 3)]
    public void Pull_Refused_EndsWithItsCode(int status, int expected)
    {
        using var server = new LocalServer(_ => Reply.Of(status));

        Assert.Equal(expected, Pull(server.Url()));
    }

    [Fact]
    public void Pull_Offline_IsAFault() => Assert.Equal(3, Pull(HttpDownloadTests.NobodysUrl()));

    [Theory]
    [InlineData("no-such-model")]
    [InlineData("--list", "--catalogue", "no-such-file")]
    [InlineData]
    public void Pull_WrongUsage_IsBadInput(params string[] arguments) => Assert.Equal(2, Program.Main(["pull", .. arguments]));

    [Fact]
    public void Pull_List_IsOk() => Assert.Equal(0, Program.Main(["pull", "--list", "--models", _folder.Root]));

    [Fact]
    public async Task Pull_BehindAProxy_AsksIt()
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "needs a shell");
        using var proxy = new LocalServer(request => Reply.File(request, TinyModels.TaesdDecoder));
        var (url, address) = (new Uri("http://weights.invalid/file"), proxy.Url().GetLeftPart(UriPartial.Authority));

        var run = await Tool.RunInShell($"no_proxy= http_proxy={address} \"$@\"", Arguments(url));

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(url.AbsoluteUri, Assert.Single(proxy.Requests).Path);
    }

    private int Pull(Uri url) => Program.Main(Arguments(url));

    // A catalogue of one model whose weights are at that address.
    private string[] Arguments(Uri url)
    {
        var catalogue = _folder.Text("catalogue.json", JsonSerializer.Serialize(new
        {
            schema = 1,
            files = new Dictionary<string, object> { ["tiny.safetensors"] = new { origin = "a test", licence = "MIT", url } },
            models = new Dictionary<string, object> { ["tiny"] = new { kind = "decoder", weights = "tiny.safetensors" } },
        }));
        return ["pull", "tiny", "--catalogue", catalogue, "--models", _folder["store"]];
    }
}
