using PerceptualEval.Cli.Auditing;
using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Reports;

namespace PerceptualEval.Report.Tests;

/// <summary>Reports of made-up numbers and pictures.</summary>
internal static class SampleReports
{
    /// <summary>Ids that would run as script, or break the page, wherever they got in unescaped.</summary>
    public static readonly string[] HostileIds =
    [
        "</script><script>alert('script')</script>",
        "<img src=x onerror=alert('img')>",
        "\"><svg onload=alert('svg')>",
        "{{data}}",
        "it's & <b>bold</b> \u2028 line",
        "<!--<script>",
        "javascript:alert('url')",
        "__proto__",
    ];

    private static readonly ReportTerm[] Terms = [ReportTerm.Loss, ReportTerm.LatentL2, ReportTerm.Perceptual];

    /// <summary>The result of <c>score</c>: one checkpoint, pictures, two samples that are not finite.</summary>
    public static ReportData Score(int samples)
    {
        var random = new Random(7);
        var rows = Enumerable.Range(0, samples).Select(i => i is 3 or 40
            ? new ReportRow(Id(i), [null, null, null], "pred: 3 NaN of 4096 values")
            : Row(random, Id(i), 1)).ToArray();
        return WithPictures(new ReportData
        {
            Title = "score late against target",
            Verdict = new ReportVerdict("Mean loss 0.5 over all samples", ["Latent L2 and LPIPS put them in different orders.", "Two samples are not finite."]),
            Terms = Terms,
            Checkpoints = [new ReportCheckpoint("late", rows)],
            Facts = [("decoder", "taef2 (sha256 0123456789ab)"), ("weights", "latent 1, perceptual 1, input 0")],
        });
    }

    /// <summary>The result of <c>compare</c>: several checkpoints of the same samples, and their differences.</summary>
    public static ReportData Compare(int checkpoints, int samples)
    {
        var random = new Random(11);
        var scored = Enumerable.Range(0, checkpoints).Select(of => new ReportCheckpoint(
            $"step-{(of + 1) * 10_000}", [.. Enumerable.Range(0, samples).Select(i => Row(random, Id(i), 1.2 - (0.1 * of)))])).ToArray();
        return WithPictures(new ReportData
        {
            Title = "compare with target",
            Verdict = new ReportVerdict($"{scored[^1].Name} is better than {scored[0].Name}", ["By loss, sample by sample."], ReportTone.Good),
            Terms = Terms,
            Checkpoints = scored,
            Differences = [.. scored.Skip(1).SelectMany((of, i) => Terms.Select(term => new ReportDifference(
                of.Name, term.Key, -0.02 * (i + 1), (-0.02 * (i + 1)) - 0.015, (-0.02 * (i + 1)) + 0.03, 0.55, 0.02, i == 0 ? "no difference shown" : "better")))],
            Facts = [("decoder", "taef2")],
        });
    }

    /// <summary>The result of <c>audit</c>: findings.</summary>
    public static ReportData Audit() => Score(60) with
    {
        Title = "audit latents",
        Verdict = new ReportVerdict("2 errors in 60 samples", ["Do not train on this before they are mended."], ReportTone.Bad),
        Findings =
        [
            new ReportFinding(FindingSeverity.Error, "Not finite", "Encode them again.", [new("3 NaN of 4096 values", [Id(3)]), new("1 NaN of 4096 values", [Id(40)])]),
            new ReportFinding(FindingSeverity.Warning, "Unusual statistics", "Look at the image.", [new("robust z 9.1 in channel 2", [Id(5)])]),
            new ReportFinding(FindingSeverity.Note, "Units", "", [new("the files hold raw units", [])]),
        ],
    };

    /// <summary>The result of <c>audit</c> where nothing was decoded: findings alone, without numbers and pictures.</summary>
    public static ReportData AuditOfValues() => Audit() with { Terms = [], Checkpoints = [], Gallery = Gallery.None };

    /// <summary>A report in which everything that can come from outside is hostile.</summary>
    public static ReportData Hostile()
    {
        var random = new Random(3);
        return WithPictures(new ReportData
        {
            Title = HostileIds[0],
            Verdict = new ReportVerdict(HostileIds[1], [HostileIds[2], HostileIds[3]]),
            Terms = Terms,
            Checkpoints =
            [
                new ReportCheckpoint(HostileIds[0], [.. HostileIds.Select(id => Row(random, id, 1)), new ReportRow("nan", [null, null, null], HostileIds[1])]),
                new ReportCheckpoint(HostileIds[7], [.. HostileIds.Select(id => Row(random, id, 1))]),
            ],
            Differences = [new ReportDifference(HostileIds[7], "loss", 0.1, 0.05, 0.2, 0.4, 0.01, HostileIds[1])],
            Findings = [new ReportFinding(FindingSeverity.Error, HostileIds[0], HostileIds[1], [new(HostileIds[2], HostileIds)])],
            Facts = [(HostileIds[0], HostileIds[1])],
        });
    }

    /// <summary>Id of a sample, as a path in a folder of photographs would be.</summary>
    public static string Id(int index) => FormattableString.Invariant($"2026/holiday/IMG_{index:00000}");

    private static ReportRow Row(Random random, string id, double level)
    {
        var latent = level * 0.2 * Math.Exp(0.6 * Normal(random));
        var perceptual = level * Math.Min(0.95, 0.25 * Math.Exp((0.35 * Normal(random)) + (0.4 * Math.Log(latent / 0.2))));
        return new ReportRow(id, [latent + perceptual, latent, perceptual]);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static ReportData WithPictures(ReportData data)
    {
        const int mostBytes = 40_000;
        var groups = GallerySelection.Of(data.Terms, data.Checkpoints);
        var pictures = new Dictionary<string, IReadOnlyList<GalleryPicture>>();
        foreach (var id in groups.SelectMany(group => group.Ids).Distinct())
        {
            var seed = pictures.Count;
            List<GalleryPicture> ofSample = [new(PictureKind.Target, null, EncodedPicture.Of(Waves(seed, 0), Size, mostBytes))];
            foreach (var checkpoint in data.Checkpoints)
            {
                var name = data.Checkpoints.Count > 1 ? checkpoint.Name : null;
                ofSample.Add(new(PictureKind.Prediction, name, EncodedPicture.Of(Waves(seed, 0.3), Size, mostBytes)));
                ofSample.Add(new(PictureKind.HeatMap, name, EncodedPicture.OfMap(Waves(seed, 0.3).AsSpan(0, Size.Height * Size.Width), Size, 1, mostBytes)));
            }

            pictures.Add(id, ofSample);
        }

        return data with { Gallery = new Gallery(groups, pictures, null, 1) };
    }

    private static ImageSize Size => new(192, 256);

    private static float[] Waves(int seed, double noise)
    {
        var random = new Random(seed);
        var values = new float[3 * Size.Height * Size.Width];
        for (var i = 0; i < values.Length; i++)
        {
            var (channel, y, x) = (i / (Size.Height * Size.Width), i / Size.Width % Size.Height, i % Size.Width);
            var wave = Math.Sin((x * (0.02 + (0.004 * seed))) + channel) * Math.Cos((y * 0.03) - seed);
            values[i] = (float)(wave + (noise * (random.NextDouble() - 0.5)));
        }

        return values;
    }
}
