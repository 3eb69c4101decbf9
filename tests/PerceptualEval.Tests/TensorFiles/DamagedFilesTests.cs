using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.TensorFiles;

/// <summary>Runs alone: it counts the buffers of the whole process.</summary>
[CollectionDefinition(nameof(DamagedFilesTests), DisableParallelization = true)]
public sealed class DamagedFilesRunAlone;

/// <summary>
/// Every golden, cut off at every byte and damaged at every byte. Some damage can't be noticed (a value's own bytes); whatever
/// happens, it is a result or a <see cref="TensorFileException"/>, takes bounded memory and leaves no buffer behind.
/// </summary>
[Collection(nameof(DamagedFilesTests))]
public sealed class DamagedFilesTests
{
    // A reader's chunks and windows, and what an exception takes. Together the goldens' tensors are far smaller.
    private const long AllowedBytes = 4 << 20;

    public static TheoryData<string> Names => [.. Golden.Names()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_FileCutAtEveryByte_ThrowsOnlyTensorFileException(string name)
    {
        using var folder = new TemporaryFolder();
        var content = File.ReadAllBytes(Golden.Path(name));
        var path = folder.Write(name, content);
        for (var length = content.Length - 1; length >= 0; length--)
        {
            using (var stream = File.OpenWrite(path))
            {
                stream.SetLength(length);
            }

            // All formats know their length, so that no cut goes unnoticed.
            Assert.False(TryReadEverything(path), $"{name} cut to {length} of {content.Length} bytes was read");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_FileDamagedAtEveryByte_ReadsOrThrowsTensorFileException(string name)
    {
        using var folder = new TemporaryFolder();
        var content = File.ReadAllBytes(Golden.Path(name));
        var path = folder.Write(name, content);
        var refused = 0;

        // One change a byte for the larger files: each costs a millisecond.
        var largeFile = content.Length > 1500;
        for (var i = 0; i < content.Length; i++)
        {
            foreach (var change in largeFile ? [(byte)(1 << (i % 8))] : (byte[])[0xff, (byte)(1 << (i % 8)), 0x80])
            {
                Put(path, i, (byte)(content[i] ^ change));
                refused += TryReadEverything(path) ? 0 : 1;
            }

            Put(path, i, content[i]);
        }

        Assert.True(refused > 0, $"no damage to {name} was noticed");
    }

    private static bool TryReadEverything(string path)
    {
        var live = TensorBuffer.LiveCount;
        var before = GC.GetAllocatedBytesForCurrentThread();
        bool read;
        try
        {
            using var file = TensorFile.Open(path);
            foreach (var entry in file.Tensors)
            {
                using var buffer = file.Read(entry);
                file.ReadBytes(entry, new byte[entry.Shape.ElementCount * entry.Type.ByteSize()]);
            }

            read = true;
        }
        catch (TensorFileException e)
        {
            Assert.Equal(path, e.Path);
            Assert.DoesNotContain('\n', e.Message);
            read = false;
        }

        Assert.Equal(live, TensorBuffer.LiveCount);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllowedBytes);
        return read;
    }

    private static void Put(string path, long position, byte value)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        RandomAccess.Write(handle, [value], position);
    }
}
