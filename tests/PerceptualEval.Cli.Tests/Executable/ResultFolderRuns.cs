using System.Buffers.Binary;
using System.IO.Compression;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>A dataset of good and bad samples, and runs of the executable that put its scores into folders.</summary>
internal sealed class ResultFolderRuns : IDisposable
{
    /// <summary>Of the samples, those that have no score: one is damaged behind its header, one is no tensor file.</summary>
    public const int Bad = 2;

    private readonly ToolModels _models;

    /// <summary>Writes the dataset.</summary>
    /// <param name="models">The models.</param>
    /// <param name="samples">How many samples, at least 10.</param>
    public ResultFolderRuns(ToolModels models, int samples)
    {
        _models = models;
        Samples = samples;
        for (var i = 0; i < samples; i++)
        {
            Folder.Npy($"target/s{i:000}.npy", FormulaTensors.Latents($"target {i}", 36), 4, 3, 3);
            Folder.Npy($"pred/s{i:000}.npy", i == 5 ? float.NaN : i * 0.01f, 4, 3, 3);
            Folder.Npy($"early/s{i:000}.npy", i * 0.02f, 4, 3, 3);
        }

        File.WriteAllText(Folder["pred/s007.npy"], "no tensor");
        File.Delete(Folder["pred/s003.npy"]);
        WriteDamaged("pred/s003.npz");
    }

    /// <summary>Everything lies in it.</summary>
    public TemporaryFolder Folder { get; } = new();

    /// <summary>How many samples there are, bad ones included.</summary>
    public int Samples { get; }

    /// <summary>The arguments of a run into a folder.</summary>
    public Task<string[]> Arguments(string name, params string[] more) =>
        _models.ScoreArguments(Folder["pred"], Folder["target"], ["--json", "--part-size", "10", "--out", Folder[name] + "/", .. more]);

    /// <summary>Runs into a folder, to the end.</summary>
    public async Task<ToolRun> Run(string name, params string[] more) => await Tool.Run(await Arguments(name, more));

    /// <summary>The arguments of a comparison of two checkpoints, <c>late</c> with the bad samples and <c>early</c>, into a folder.</summary>
    public async Task<string[]> CompareArguments(string name, params string[] more)
    {
        var score = await Arguments(name, more);
        string[] checkpoints = ["compare", "--pred", $"late={Folder["pred"]}", "--pred", $"early={Folder["early"]}"];
        return [.. checkpoints, .. score.Skip(3)];
    }

    /// <summary>Compares into a folder, to the end.</summary>
    public async Task<ToolRun> Compare(string name, params string[] more) => await Tool.Run(await CompareArguments(name, more));

    /// <summary>How many rows the manifest of a folder lists; 0 where there is none.</summary>
    public long Rows(string name) => ResultManifest.IsIn(Folder[name]) ? ResultManifest.Read(Folder[name]).Parts.Sum(part => part.Rows) : 0;

    public void Dispose() => Folder.Dispose();

    // A zip whose directory has another checksum than the bytes: the header is fine, reading fails.
    private void WriteDamaged(string name)
    {
        NpyFile.Write(Folder.Prepare("whole.npy"), new TensorShape(4, 3, 3), new float[36]);
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            zip.CreateEntryFromFile(Folder["whole.npy"], "a.npy", CompressionLevel.NoCompression);
        }

        var damaged = bytes.ToArray();
        var checksum = damaged.AsSpan(damaged.AsSpan().IndexOf("PK\u0001\u0002"u8) + 16);
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, ~BinaryPrimitives.ReadUInt32LittleEndian(checksum));
        Folder.Write(name, damaged);
    }
}
