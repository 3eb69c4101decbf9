using PerceptualEval.Cli.Tests.Executable;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Auditing;

/// <summary>Datasets of 300 samples, good ones and with a defect of every kind planted: all are found, and none is invented.</summary>
public sealed class PlantedDefectsTests(ToolModels models) : IDisposable
{
    private const int Count = 300;
    private const double Taef2Scaling = 0.3;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Audit_PlantedDefects_FindsAllAndInventsNone()
    {
        var folder = WritePixelShuffled(out var decoder);
        var planted = new PlantedDefects(folder, seed: 1, unitFactor: (float)(1 / PixelShuffleVae.Scaling)).Plant();

        AssertFound(planted, await Audit(folder, decoder, ToolModels.Lpips));
    }

    [Fact]
    public async Task Audit_GoodSamples_FindsNothing()
    {
        var folder = WritePixelShuffled(out var decoder);

        AssertClean(await Audit(folder, decoder, ToolModels.Lpips));
    }

    [Fact]
    public async Task Audit_AllInOtherUnits_IsOneFinding()
    {
        var decoder = PixelShuffleVae.BuildDecoder(_folder["models"], "shuffle").Folder;
        var folder = new LatentFolder(_folder, 1, PixelShuffleVae.EncodeRaw).Write(40);

        var wrong = await Audit(folder, decoder, ToolModels.Lpips);
        var right = await Audit(folder, decoder, ToolModels.Lpips, "--units", "raw");

        var (severity, kind, samples) = Assert.Single(Findings(wrong), finding => finding.Severity != "note");
        Assert.Equal(("error", "units", 0, 1), (severity, kind, samples.Length, wrong.ExitCode));
        Assert.DoesNotContain(Findings(right), finding => finding.Severity != "note");
        Assert.Equal(0, right.ExitCode);
    }

    [Fact]
    public async Task Audit_CacheThatSaysItMirrored_IsRight()
    {
        var decoder = PixelShuffleVae.BuildDecoder(_folder["models"], "shuffle").Folder;
        var folder = new LatentFolder(_folder, 1, PixelShuffleVae.EncodeRaw);
        for (var index = 0; index < 24; index++)
        {
            folder.WriteImage(LatentFolder.Id(index), Pictures.Of(1, index));
            folder.WriteMirroredCache(index);
        }

        var run = await Audit(folder, decoder, ToolModels.Lpips);

        Assert.DoesNotContain(Findings(run), finding => finding.Severity != "note");
        Assert.Equal(24, run.Json().GetProperty("counts").GetProperty("decoded").GetInt32());
    }

    [Fact]
    public async Task Audit_PlantedDefectsInRealLatents_FindsAllAndInventsNone()
    {
        const int Seed = 2;
        using var encoder = await Taef2Encoder();
        var folder = new LatentFolder(_folder, Seed, encoder.Encode).Write(Count);
        var planted = new PlantedDefects(folder, Seed, (float)(1 / Taef2Scaling)).Plant();

        AssertFound(planted, await Audit(folder, await Taef2Decoder(), await models.SharedLpips("squeeze")));
    }

    [Fact]
    public async Task Audit_GoodRealLatents_FindsNothing()
    {
        using var encoder = await Taef2Encoder();
        var folder = new LatentFolder(_folder, 3, encoder.Encode).Write(Count);

        AssertClean(await Audit(folder, await Taef2Decoder(), await models.SharedLpips("squeeze")));
    }

    private static void AssertFound(PlantedDefects planted, ToolRun run)
    {
        var findings = Findings(run);
        Assert.All(planted.Planted, defect => Assert.Contains(findings, finding => finding.Kind == defect.Value && finding.Samples.Contains(defect.Key)));
        var copies = planted.Planted.Where(defect => defect.Value == "duplicate").Select(defect => $"{defect.Key}-copy");
        Assert.Equal(planted.Planted.Keys.Concat(copies).Order(), findings.Where(finding => finding.Severity != "note").SelectMany(finding => finding.Samples).Distinct().Order());
        Assert.Equal(1, run.ExitCode);
    }

    private static void AssertClean(ToolRun run)
    {
        Assert.DoesNotContain(Findings(run), finding => finding.Severity != "note");
        Assert.Equal((0, Count), (run.ExitCode, run.Json().GetProperty("counts").GetProperty("decoded").GetInt32()));
    }

    private static (string Severity, string Kind, string[] Samples)[] Findings(ToolRun run) =>
    [
        .. run.Json().GetProperty("findings").EnumerateArray().Select(finding => (
            finding.GetProperty("severity").GetString()!,
            finding.GetProperty("kind").GetString()!,
            finding.GetProperty("samples").EnumerateArray().Select(id => id.GetString()!).ToArray())),
    ];

    private LatentFolder WritePixelShuffled(out string decoder)
    {
        decoder = PixelShuffleVae.BuildDecoder(_folder["models"], "shuffle").Folder;
        return new LatentFolder(_folder, 1, PixelShuffleVae.Encode).Write(Count);
    }

    private async Task<ToolRun> Audit(LatentFolder folder, string decoder, string lpips, params string[] more) =>
        await models.Run(["audit", folder.Latents, "--images", folder.Images, "--decoder", decoder, "--lpips", lpips, "--json", .. more]);

    private async Task<ImageEncoder> Taef2Encoder() =>
        new(new ModelStore(models.Folder).Find(await models.SharedTaef2Encoder(), ModelKind.Encoder), new ExecutionOptions(ExecutionDevice.Cpu, Threads: 1));

    // TAEF2's own scaling is in other files: a made-up one does to see whether units are proved.
    private async Task<string> Taef2Decoder()
    {
        var model = new ModelStore(models.Folder).Find(await models.SharedTaef2(), ModelKind.Decoder);
        var copy = _folder.Folder("models/scaled");
        foreach (var file in Directory.EnumerateFiles(model.Folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        (model.Manifest with { Latent = model.Manifest.Latent! with { Scaling = Taef2Scaling } }).Save(Path.Combine(copy, ModelManifest.FileName));
        return copy;
    }
}
