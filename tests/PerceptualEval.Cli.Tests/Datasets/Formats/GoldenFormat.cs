using System.Runtime.InteropServices;
using System.Text.Json;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.Cli.Datasets.Formats;
using PerceptualEval.Cli.Images;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets.Formats;

/// <summary>One file of Goldens/Formats and what to make of it; <c>tools/make_format_goldens.py</c> wrote both.</summary>
internal sealed record GoldenFormat(
    string File, string Format, string Id, string? Units, long[] Shape, bool Batch, string? Size, int? Channels, GoldenLatent[] Latents, string[]? Refused)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static string Folder { get; } =
        Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.Cli.Tests", "Goldens", "Formats");

    public static IReadOnlyList<GoldenFormat> All { get; } =
        JsonSerializer.Deserialize<GoldenFormat[]>(System.IO.File.ReadAllBytes(Path.Combine(Folder, "formats.json")), Options)!;

    public FileOnDisk OnDisk => new(Id, FilePath);

    public string FilePath => Path.Combine(Folder, File);

    /// <summary>What the reader has to be told, with units for the formats that leave them open.</summary>
    public LatentReading Reading => new()
    {
        Size = Size?.Split('x') is [var height, var width] ? new ImageSize(int.Parse(height), int.Parse(width)) : null,
        Space = Channels is { } channels ? new LatentSpace { Channels = channels, SpatialFactor = 8, PatchSize = 2, Units = LatentUnits.Model } : null,
        Units = Units is null ? LatentUnits.Model : null,
    };

    public LatentFile Describe()
    {
        using var file = TensorFile.Open(FilePath);
        return LatentFile.Of(OnDisk, file, Reading);
    }

    public override string ToString() => $"{File}{(Channels is null ? "" : $" for {Channels} channels")}{(Refused is null ? "" : " (refused)")}";
}

/// <summary>One latent of a file: its key and the values of its first sample, float32 in base64.</summary>
internal sealed record GoldenLatent(string Key, byte[] Values)
{
    public ReadOnlySpan<float> Floats() => MemoryMarshal.Cast<byte, float>(Values);
}
