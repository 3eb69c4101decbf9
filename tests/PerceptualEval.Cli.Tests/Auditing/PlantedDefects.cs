namespace PerceptualEval.Cli.Tests.Auditing;

/// <summary>Plants one defect of every kind into a folder of good samples.</summary>
/// <param name="folder">The folder.</param>
/// <param name="seed">The seed of its pictures.</param>
/// <param name="unitFactor">What values are multiplied with to be in the other units.</param>
internal sealed class PlantedDefects(LatentFolder folder, int seed, float unitFactor)
{
    private const float TypicalLogVariance = -17;

    private readonly Dictionary<string, string> _planted = [];
    private int _next;

    /// <summary>The defects: kind by sample. A swap is two of them.</summary>
    public IReadOnlyDictionary<string, string> Planted => _planted;

    /// <summary>Plants them all.</summary>
    public PlantedDefects Plant()
    {
        PlantFiles();
        PlantValues();
        PlantPairs();
        return this;
    }

    private void PlantFiles()
    {
        // The first sample is one of those that prove the units, and that others are compared with.
        _planted.Add(LatentFolder.Id(0), "unreadable");
        CutInTheMiddle(Path.Combine(folder.Images, $"{LatentFolder.Id(0)}.png"));
        CutInTheMiddle(folder.PathOf(Host("unreadable", out _)));

        var fewer = Host("wrong-channels", out var values);
        folder.WriteLatent(fewer, values[..(values.Length / 4)], folder.Channels / 4, folder.Cells, folder.Cells);

        var moments = Host("posterior", out values);
        folder.WriteLatent(moments, [.. values, .. values.Select(value => TypicalLogVariance + value)], 2 * folder.Channels, folder.Cells, folder.Cells);

        var half = Host("size-mismatch", out values);
        folder.WriteLatent(half, [.. values.Chunk(folder.Cells * folder.Cells).SelectMany(plane => plane[..(plane.Length / 2)])], folder.Channels, folder.Cells / 2, folder.Cells);
    }

    private void PlantValues()
    {
        var nan = Host("non-finite", out var values);
        values[values.Length / 3] = float.NaN;
        folder.WriteLatent(nan, values);

        folder.WriteLatent(Host("all-zero", out values), new float[values.Length]);

        folder.WriteLatent(Host("constant", out values), [.. Enumerable.Repeat(0.25f, values.Length)]);

        var block = Host("zero-block", out values);
        Array.Clear(values, 0, values.Length / 20);
        folder.WriteLatent(block, values);

        var far = Host("unusual-statistics", out values);
        for (var i = 0; i < folder.Cells * folder.Cells; i++)
        {
            values[i] += 60;
        }

        folder.WriteLatent(far, values);
    }

    private void PlantPairs()
    {
        var copy = Host("duplicate", out var values);
        folder.WriteImage($"{copy}-copy", Pictures.Of(seed, _next));
        folder.WriteLatent($"{copy}-copy", values);

        folder.WriteLatent(Host("units", out values), Array.ConvertAll(values, value => value * unitFactor));

        folder.WriteLatent(Host("flipped-horizontally", out _), folder.Encode(LatentFolder.Mirrored(Pictures.Of(seed, _next), horizontally: true)));

        folder.WriteLatent(Host("flipped-vertically", out _), folder.Encode(LatentFolder.Mirrored(Pictures.Of(seed, _next), horizontally: false)));

        folder.WriteLatent(Host("other-image", out _), folder.Encode(Pictures.Of(seed + 1000, _next)));

        var (first, second) = (Host("swapped", out var ofFirst), Host("swapped", out var ofSecond));
        folder.WriteLatent(first, ofSecond);
        folder.WriteLatent(second, ofFirst);
    }

    private static void CutInTheMiddle(string path)
    {
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
    }

    // Scenes, some way apart: their mirror images are others.
    private string Host(string kind, out float[] latent)
    {
        _next += 13;
        while (!Pictures.IsScene(_next))
        {
            _next++;
        }

        latent = folder.Encoded(_next);
        _planted.Add(LatentFolder.Id(_next), kind);
        return LatentFolder.Id(_next);
    }
}
