using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Archives;
using PerceptualEval.Cli.Tests.Datasets.Archives;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;
using PerceptualEval.TestSupport.Fuzzing;

namespace PerceptualEval.Cli.Tests.Fuzzing;

/// <summary>
/// Archives, damaged: tar in its headers with and without a fitting checksum, and in its gzip; zip; diffusion-pipe's database. What is
/// damaged, the corpus, is made on the spot by the platform's writers. Runs longer where <c>PERCEPTUAL_EVAL_FUZZ_MINUTES</c> is set.
/// </summary>
public sealed class ArchiveFuzzTests : IDisposable
{
    private const int BlockBytes = 512;
    private const int ChecksumAt = 148;

    private static readonly byte[][] Archives = [.. Enum.GetValues<TarEntryFormat>().Where(format => format != TarEntryFormat.Unknown).Select(Sample)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Files_DamagedTar_ReadsOrRefuses(bool gzip)
    {
        var path = _folder[gzip ? "a.tgz" : "a.tar"];
        var fuzz = new FuzzRun(exception => exception is DatasetException or TensorFileException, input => ReadEverything(path, input));

        var count = fuzz.Run(3_000, seed => Damage(seed, gzip));

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} inputs");
        Assert.True(count > 0);
    }

    [Fact]
    public void Files_DamagedZip_ReadsOrRefuses()
    {
        (string, byte[])[] files = [("a.npy", TarBytes.Latent(0)), ("a.txt", "text"u8.ToArray()), ("sub/b.npy", TarBytes.Latent(1))];
        byte[][] zips = [ZipBytes.Of(files), ZipBytes.Of(CompressionLevel.Optimal, files), ZipBytes.Of64("a.npy", TarBytes.Latent(2))];
        var path = _folder["a.zip"];
        var fuzz = new FuzzRun(exception => exception is DatasetException or TensorFileException, input => ReadEverything(path, input));

        var count = fuzz.Run(3_000, seed => Damage(seed, zips));

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} inputs");
        Assert.True(count > 0);
    }

    [Fact]
    public void Files_DamagedDiffusionPipeDatabase_ReadsOrRefuses()
    {
        _folder.DiffusionPipeCache("one", [[1]]);
        _folder.DiffusionPipeCache("cache", [[1, 2], [3]]);
        byte[][] databases = [File.ReadAllBytes(_folder["one/metadata.db"]), File.ReadAllBytes(_folder["cache/metadata.db"])];
        var path = _folder["cache/metadata.db"];
        var fuzz = new FuzzRun(exception => exception is DatasetException or TensorFileException, input => ReadEverything(path, input));

        var count = fuzz.Run(500, seed => Damage(seed, databases));

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} inputs");
        Assert.True(count > 0);
    }

    private static byte[] Damage(int seed, byte[][] corpus)
    {
        var mutator = new Mutator(seed);
        return mutator.Mutate(corpus[mutator.Next(corpus.Length)], corpus[mutator.Next(corpus.Length)]);
    }

    private static byte[] Sample(TarEntryFormat format) => TarBytes.Of(
        format, ("a.npy", TarBytes.Latent(0)), ("a.txt", "text"u8.ToArray()), ($"sub/{new string('n', format is TarEntryFormat.Gnu or TarEntryFormat.Pax ? 120 : 20)}.npy", TarBytes.Latent(1)));

    private static byte[] Damage(int seed, bool gzip)
    {
        var mutator = new Mutator(seed);
        var archive = Archives[mutator.Next(Archives.Length)];
        var other = Archives[mutator.Next(Archives.Length)];
        if (gzip && mutator.Next(4) == 0)
        {
            return mutator.Mutate(TarBytes.Gzip(archive), other);
        }

        var damaged = mutator.Mutate(archive, other);
        if (mutator.Next(4) > 0)
        {
            RepairChecksums(damaged);
        }

        return gzip ? TarBytes.Gzip(damaged) : damaged;
    }

    // Without a fitting checksum a reader looks no further.
    private static void RepairChecksums(byte[] archive)
    {
        for (var start = 0; start + BlockBytes <= archive.Length; start += BlockBytes)
        {
            var block = archive.AsSpan(start, BlockBytes);
            if (block[..5].IndexOfAnyInRange((byte)'a', (byte)'z') >= 0 || block[257..].StartsWith("ustar"u8))
            {
                block.Slice(ChecksumAt, 8).Fill((byte)' ');
                var sum = 0;
                foreach (var value in block)
                {
                    sum += value;
                }

                Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0").CopyTo(block[ChecksumAt..]);
            }
        }
    }

    internal static void ReadEverything(string path, byte[] input)
    {
        File.WriteAllBytes(path, input);
        foreach (var file in Archive.At(path)!.Files(SourceKind.Latent, ""))
        {
            using var tensors = file.OpenTensors();
            using var buffer = tensors.Read(tensors.Tensors[0]);
        }
    }
}
