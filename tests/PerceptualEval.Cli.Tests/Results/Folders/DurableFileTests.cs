using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Results.Folders;

public sealed class DurableFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_ExistingFile_IsReplacedAndNothingElseIsLeft()
    {
        _folder.Text("x", "of an earlier run, and longer");

        DurableFile.Write(_folder["x"], "new"u8);

        Assert.Equal("new", File.ReadAllText(_folder["x"]));
        Assert.Equal(["x"], _folder.Files);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a/b/c/")]
    public void CreateFolder_AnyDepth_CanBeWrittenTo(string name)
    {
        DurableFile.CreateFolder(_folder[name]);
        DurableFile.CreateFolder(_folder[name]);
        DurableFile.Write(Path.Combine(_folder[name], "x"), "1"u8);

        Assert.Equal("1", File.ReadAllText(Path.Combine(_folder[name], "x")));
    }

    [Fact]
    public void FlushFolder_FileSystemThatKnowsNoFlush_IsNoFault()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc, whose folders can't be flushed (EINVAL)");

        DurableFile.FlushFolder("/proc");
    }

    [Fact]
    public void FlushFolder_NoSuchFolder_IsAFault() =>
        Assert.Contains("can't be opened", Assert.Throws<IOException>(() => DurableFile.FlushFolder(_folder["nosuch"])).Message, StringComparison.Ordinal);
}
