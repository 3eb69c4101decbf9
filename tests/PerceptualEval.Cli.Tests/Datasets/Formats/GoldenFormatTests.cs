using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Formats;
using PerceptualEval.Cli.Datasets.Reading;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Tests.Datasets.Formats;

public sealed class GoldenFormatTests
{
    public static TheoryData<int> Readable => Rows(golden => golden.Refused is null);

    public static TheoryData<int> Refused => Rows(golden => golden.Refused is not null);

    [Theory]
    [MemberData(nameof(Readable))]
    public void Recognise_FileOfATool_KnowsFormatUnitsAndId(int row)
    {
        var golden = GoldenFormat.All[row];

        var found = LatentFormats.Recognise(golden.Describe());

        Assert.Equal(golden.Format, found.Format.Name);
        Assert.All(found.Latents, latent => Assert.Equal(golden.Units, latent.Units.Units?.ToString().ToLowerInvariant()));
        Assert.All(found.Latents, latent => Assert.NotEmpty(latent.Units.Evidence));
        Assert.Equal(golden.Id, LatentFormats.Source(new CacheFileName(golden.FilePath, Path.GetFileNameWithoutExtension(golden.File))).Image);
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public void Read_FileOfATool_GivesTheLatentsThatWereWritten(int row)
    {
        var golden = GoldenFormat.All[row];
        var input = new DatasetInput("--pred", golden.FilePath, SourceKind.Latent) { Reading = golden.Reading };

        var tensors = SampleTensor.ReadHeaders(golden.OnDisk, input);

        Assert.Equal(golden.Latents.Select(latent => latent.Key).Order(), tensors.Select(tensor => tensor.Key).Order());
        using var reader = new SampleReader(1);
        foreach (var tensor in tensors)
        {
            var expected = golden.Latents.Single(latent => latent.Key == tensor.Key).Floats();
            var values = new float[tensor.SampleShape.ElementCount];
            reader.Read(new Sample("a", [new SampleSource(tensor, 0)]), 0, values);
            Assert.Equal(golden.Batch, tensor.IsBatch);
            Assert.True(expected.SequenceEqual(values), $"{tensor}: {string.Join(' ', values.Take(8))}, expected {string.Join(' ', expected[..8].ToArray())}");
            if (tensor.Key is "" or StoredLatent.Flipped)
            {
                Assert.Equal(new TensorShape(golden.Shape), tensor.SampleShape);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void ReadHeaders_CacheOfSomethingElse_IsRefusedByName(int row)
    {
        var golden = GoldenFormat.All[row];

        var exception = Assert.Throws<DatasetException>(() =>
            SampleTensor.ReadHeaders(golden.OnDisk, new DatasetInput("--pred", golden.FilePath, SourceKind.Latent)));

        Assert.StartsWith($"'{golden.FilePath}'", exception.Message, StringComparison.Ordinal);
        Assert.All(golden.Refused!, word => Assert.Contains(word, exception.Message, StringComparison.Ordinal));
    }

    // Every format sees the files of all other tools, and claims none of them.
    [Theory]
    [MemberData(nameof(Readable))]
    public void Recognise_FileOfATool_IsClaimedByNoOtherFormat(int row)
    {
        var golden = GoldenFormat.All[row];
        var file = golden.Describe();

        var claims = LatentFormats.All.Where(format => format is not PlainFormat && format.Recognise(file) is not null).Select(format => format.Name);

        Assert.Equal(golden.Format == "plain" ? [] : [golden.Format], claims);
    }

    [Fact]
    public void Goldens_OfEveryFormat_AreThere()
    {
        // Parquet files come with their container.
        var without = LatentFormats.Names.Except(GoldenFormat.All.Select(golden => golden.Format)).ToArray();

        Assert.Equal(["parquet"], without);
    }

    [Fact]
    public void ReadHeaders_UnitsOpen_SaysWhatBothReadingsMean()
    {
        var golden = GoldenFormat.All.Single(golden => golden.File.StartsWith("simpletuner/wan", StringComparison.Ordinal));
        var input = new DatasetInput("--pred", golden.FilePath, SourceKind.Latent);

        var message = Assert.Throws<UsageException>(() => SampleTensor.ReadHeaders(golden.OnDisk, input)).Message;

        Assert.StartsWith($"'{golden.FilePath}' (SimpleTuner) does not say its units: ", message, StringComparison.Ordinal);
        Assert.Contains("--units raw if the values are what the VAE encoder returns", message, StringComparison.Ordinal);
        Assert.Equal(LatentUnits.Raw, SampleTensor.ReadHeaders(golden.OnDisk, input with { Reading = new() { Units = LatentUnits.Raw } })[0].Units);
    }

    [Fact]
    public void Recognise_KohyaFile_KnowsCropAndOriginalSize()
    {
        var golden = GoldenFormat.All.Single(golden => golden.File == "kohya/dog_0024x0016_sd.npz");

        var found = LatentFormats.Recognise(golden.Describe());

        Assert.Equal(new TensorShape(4), found.FactTensors["crop_ltrb"].Shape);
        Assert.Equal(new TensorShape(2), found.FactTensors["original_size"].Shape);
    }

    [Fact]
    public void Recognise_AiToolkitFile_KnowsItsImageAndCrop()
    {
        var golden = GoldenFormat.All.Single(golden => golden.Format == "ai-toolkit");

        var found = LatentFormats.Recognise(golden.Describe());

        Assert.Equal("my_cat.png", found.Facts["filename"]);
        Assert.Equal("40", found.Facts["crop_width"]);
    }

    private static TheoryData<int> Rows(Func<GoldenFormat, bool> wanted) =>
        new(Enumerable.Range(0, GoldenFormat.All.Count).Where(row => wanted(GoldenFormat.All[row])));
}
