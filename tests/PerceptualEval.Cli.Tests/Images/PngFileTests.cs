using PerceptualEval.Cli.Images;

namespace PerceptualEval.Cli.Tests.Images;

public sealed class PngFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("png-file-tests-").FullName;

    private string Target => Path.Combine(_folder, "picture.png");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_EveryLevel_IsReadBackExactly()
    {
        var levels = Enumerable.Range(0, 256).Select(v => (float)(v / 127.5 - 1)).ToArray();
        float[] image = [.. levels, .. levels.Reverse(), .. levels.Select(v => -v)];

        PngFile.Write(Target, image, new ImageSize(8, 32));

        using var read = ImageFile.Read(Target);
        Assert.Equal(image, read.Span);
    }

    [Fact]
    public void Write_ValuesBetweenAndBeyondLevels_RoundsHalfUpAndClamps()
    {
        // (x + 1) · 127.5 of 0 is 127.5: half goes up.
        float[] image = [-1.5f, -1f, 0f, 3e38f, 0.3f / 127.5f - 1, 0.7f / 127.5f - 1];

        PngFile.Write(Target, image, new ImageSize(1, 2));

        using var read = ImageFile.Read(Target);
        float[] expected = [-1f, -1f, (float)(128 / 127.5 - 1), 1f, -1f, (float)(1 / 127.5 - 1)];
        Assert.Equal(expected, read.Span);
    }

    [Fact]
    public void Write_NonFiniteValues_CountsThemAndLeavesTheOldFile()
    {
        PngFile.Write(Target, [1, 1, 1], new ImageSize(1, 1));

        var message = Assert.Throws<ImageFileException>(
            () => PngFile.Write(Target, [0, float.NaN, 0, float.NegativeInfinity, 0, 0], new ImageSize(1, 2))).Message;

        Assert.Contains("2 of 6 values", message);
        using var old = ImageFile.Read(Target);
        Assert.Equal([1f, 1f, 1f], old.Span);
    }

    [Fact]
    public void Write_MissingFolder_NamesThePath()
    {
        var path = Path.Combine(_folder, "missing", "picture.png");

        Assert.StartsWith($"'{path}': can't be written",
            Assert.Throws<ImageFileException>(() => PngFile.Write(path, [0, 0, 0], new ImageSize(1, 1))).Message);
    }

    [Fact]
    public void Write_OntoAFolder_LeavesNothingBehind()
    {
        Directory.CreateDirectory(Target);

        Assert.Throws<ImageFileException>(() => PngFile.Write(Target, [0, 0, 0], new ImageSize(1, 1)));

        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Write_LengthThatDoesNotFit_NamesBoth() => Assert.Contains("5 values for an image [3,1,2]",
        Assert.Throws<ArgumentException>(() => PngFile.Write(Target, new float[5], new ImageSize(1, 2))).Message);
}
