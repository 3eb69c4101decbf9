using PerceptualEval.Cli.Auditing;
using PerceptualEval.Cli.Auditing.Decoding;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Auditing;

public sealed class ReferencesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void For_ASampleAmongThem_LeavesItsOwnImageOut()
    {
        Assert.Equal([0, 2], Compared(samples: 3, "s1"));
        Assert.Equal([0, 1, 2, 3, 4], Compared(samples: 8, "s9"));
        Assert.Equal([0, 1, 3, 4, 5], Compared(samples: 8, "s2"));
        Assert.Empty(Compared(samples: 1, "s0"));
    }

    [Fact]
    public void Read_DamagedImage_IsNotedAndPassedOver()
    {
        var unreadable = new UnreadableSamples();

        Assert.Equal([1, 2], Compared(samples: 3, "s9", unreadable: unreadable, cut: "s0"));
        Assert.Equal("s0", Assert.Single(unreadable.Ids));
    }

    // The samples whose images are compared with; the image of sample i has the value i/10.
    private int[] Compared(int samples, string id, UnreadableSamples? unreadable = null, string? cut = null)
    {
        var (latents, images) = (_folder.Folder($"{samples}{id}/latents"), _folder.Folder($"{samples}{id}/images"));
        for (var i = 0; i < samples; i++)
        {
            _folder.Npy(Path.Combine(latents, $"s{i}.npy"), FormulaTensors.Latents($"{i}", 4), 4, 1, 1);
            _folder.Npy(Path.Combine(images, $"s{i}.npy"), [.. Enumerable.Repeat(i / 10f, 3 * 8 * 8)], 3, 8, 8);
        }

        var dataset = Dataset.Open([new DatasetInput("LATENTS", latents, SourceKind.Latent), new DatasetInput("--images", images, SourceKind.Image)], new DatasetRules());
        using var reader = new ChosenSamples(dataset, unreadable ?? new UnreadableSamples(), TestContext.Current.CancellationToken);
        var found = reader.Find(Enumerable.Range(0, samples).Select(i => $"s{i}").ToHashSet());
        if (cut is not null)
        {
            File.WriteAllBytes(Path.Combine(images, $"{cut}.npy"), File.ReadAllBytes(Path.Combine(images, $"{cut}.npy"))[..200]);
        }

        using var references = References.Read(found, reader);
        return [.. references.For(id).Select(image => (int)Math.Round(10 * image.Span[0]))];
    }
}
