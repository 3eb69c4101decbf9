using System.Runtime.InteropServices;
using PerceptualEval.Cli.Results;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Results;

/// <summary>What can't be written is refused when the output is made, before any work.</summary>
public sealed class UnwritableOutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => ["x.json", "x.jsonl", "x.csv", "x.parquet"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Create_MissingFolder_IsRefusedByName(string name)
    {
        var path = _folder[Path.Combine("missing", name)];

        var exception = Refused(path);

        Assert.Equal($"'{path}': there is no folder '{_folder["missing"]}' to write to; create it or choose another.", exception.Message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Create_Folder_IsRefused(string name)
    {
        Directory.CreateDirectory(_folder[name]);

        Assert.Contains("is a folder", Refused(_folder[name]).Message, StringComparison.Ordinal);
        Assert.Equal([name], _folder.Files);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Create_FullDisk_IsRefused(string name)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full, a disk that is always full");
        File.CreateSymbolicLink(_folder[name], "/dev/full");

        Assert.Contains("the disk is full", Refused(_folder[name]).Message, StringComparison.Ordinal);
        Assert.Equal([name], _folder.Files);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Create_ReadOnlyFolder_IsRefused(string name)
    {
        // Folder permissions do not bind root; the kernel's own folder binds it too.
        Assert.SkipUnless(RuntimeInformation.IsOSPlatform(OSPlatform.Linux), "needs /sys/kernel, where nobody may create files");

        Assert.Contains("no permission", Refused("/sys/kernel/" + name).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x.txt", "'.txt'")]
    [InlineData("x", "''")]
    [InlineData("x.json.gz", "'.gz'")]
    public void Create_UnknownExtension_IsRefusedWithTheKnownOnes(string name, string extension)
    {
        var message = Refused(_folder[name]).Message;

        Assert.Contains(extension, message, StringComparison.Ordinal);
        Assert.Contains(".json, .jsonl, .csv or .parquet", message, StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Create_Device_IsWrittenAndStaysADevice(string name)
    {
        Assert.SkipUnless(File.Exists("/dev/null"), "needs /dev/null");
        File.CreateSymbolicLink(_folder[name], "/dev/null");

        Scores.WriteAll(ScoreFile.Create(_folder[name], Scores.Provenance));

        Assert.Equal([name], _folder.Files);
        Assert.Equal("/dev/null", new FileInfo(_folder[name]).LinkTarget);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Create_LinkToAFile_WritesTheFileAndKeepsTheLink(string name)
    {
        File.WriteAllText(_folder["real"], "of an earlier run");
        File.CreateSymbolicLink(_folder[name], _folder["real"]);

        Scores.WriteAll(ScoreFile.Create(_folder[name], Scores.Provenance));
        Scores.WriteAll(ScoreFile.Create(_folder["plain." + name], Scores.Provenance));

        Assert.Equal(_folder["real"], new FileInfo(_folder[name]).LinkTarget);
        Assert.Equal(File.ReadAllBytes(_folder["plain." + name]), File.ReadAllBytes(_folder["real"]));
    }

    [Fact]
    public void Write_DiskThatFillsUpLater_SaysSo()
    {
        using var writer = new JsonLinesScoreWriter(new FillingDisk(room: 150));
        writer.Write("a", new SampleLoss(1, 1, 1, 1));

        var exception = Assert.Throws<OutputException>(() => writer.Write("b", new SampleLoss(1, 1, 1, 1)));

        Assert.Equal("'x.jsonl': the disk is full; free some space or choose another place.", exception.Message);
    }

    private static OutputException Refused(string path) =>
        Assert.Throws<OutputException>(() => ScoreFile.Create(path, Scores.Provenance).Dispose());

    private sealed class FillingDisk(int room) : Output("x.jsonl")
    {
        private int _room = room;

        public override void Dispose()
        {
        }

        protected override void WriteBytes(ReadOnlySpan<byte> bytes)
        {
            _room -= bytes.Length;
            if (_room < 0)
            {
                throw new IOException("No space left on device", 28);
            }
        }

        protected override void Finish()
        {
        }
    }
}
