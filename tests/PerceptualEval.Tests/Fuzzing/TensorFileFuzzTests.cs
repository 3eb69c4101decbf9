using System.IO.Compression;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tests.TensorFiles;
using PerceptualEval.TestSupport.Fuzzing;

namespace PerceptualEval.Tests.Fuzzing;

/// <summary>
/// The readers of tensor files against damaged goldens, which are the corpus. A long run, from other seeds each time:
/// <c>PERCEPTUAL_EVAL_FUZZ_MINUTES=60 dotnet test --project tests/PerceptualEval.Tests -c Release -- --filter-class "*FuzzTests"</c>.
/// An input that a reader fails on is kept and named; its fault gets a test of its own.
/// </summary>
public sealed class TensorFileFuzzTests
{
    // Every tensor of a damaged file may be a view with 16 Mi elements: runs of it will do.
    private const int MostTensors = 16;
    private const int MostValues = 4096;

    private static readonly byte[][] Goldens = [.. Golden.Names().Select(name => File.ReadAllBytes(Golden.Path(name)))];

    private static readonly FuzzRun Fuzz = new(exception => exception is TensorFileException, ReadEverything);

    [Fact]
    public void Read_DamagedFiles_ReadsOrRefuses()
    {
        var count = Fuzz.Run(20_000, Damage);

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} inputs");
        Assert.True(count > 0);
    }

    // Archives have checksums, which stop most damage before a reader sees it: half of theirs is done to the members.
    private static byte[] Damage(int seed)
    {
        var mutator = new Mutator(seed);
        var golden = Goldens[mutator.Next(Goldens.Length)];
        var other = Goldens[mutator.Next(Goldens.Length)];
        var damaged = IsZip(golden) && mutator.Next(2) == 0 ? DamageMember(golden, other, mutator) : mutator.Mutate(golden, other);
        return mutator.Next(16) switch
        {
            0 => Gzip(damaged),
            1 => mutator.Mutate(Gzip(golden), other),
            _ => damaged,
        };
    }

    private static bool IsZip(byte[] content) => content.AsSpan().StartsWith("PK"u8);

    private static byte[] DamageMember(byte[] zip, byte[] other, Mutator mutator)
    {
        using var source = new ZipArchive(new MemoryStream(zip));
        using var stream = new MemoryStream();
        using (var target = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            var chosen = mutator.Next(Math.Max(1, source.Entries.Count));
            for (var i = 0; i < source.Entries.Count; i++)
            {
                using var content = new MemoryStream();
                using (var member = source.Entries[i].Open())
                {
                    member.CopyTo(content);
                }

                // The pickle, or the first array's header, decides what the others are.
                var bytes = content.ToArray();
                using var copy = target.CreateEntry(source.Entries[i].FullName, CompressionLevel.NoCompression).Open();
                copy.Write(i == chosen || source.Entries[i].Name == "data.pkl" ? mutator.Mutate(bytes, other) : bytes);
            }
        }

        return stream.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return stream.ToArray();
    }

    private static void ReadEverything(byte[] content)
    {
        using var file = TensorFile.Open(content, "input");
        var values = new float[MostValues];
        foreach (var entry in file.Tensors.Take(MostTensors))
        {
            var count = (int)Math.Min(MostValues, entry.Shape.ElementCount);
            file.Read(entry, 0, values.AsSpan(0, count));
            file.Read(entry, entry.Shape.ElementCount - count, values.AsSpan(0, count));
        }
    }
}
