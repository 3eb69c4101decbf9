using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipes;
using System.Text;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.TensorFiles;

/// <summary>Files made to deceive, and files that are something else: each is refused, with a message that says why.</summary>
public sealed class HostileFilesTests
{
    [Theory]
    [InlineData("89504E470D0A1A0A0000000D49484452", "PNG")]
    [InlineData("FFD8FFE000104A464946", "JPEG")]
    [InlineData("28B52FFD00000000", "Zstandard")]
    [InlineData("894844460D0A1A0A00000000", "HDF5")]
    [InlineData("080812077079746F726368", "ONNX")]
    [InlineData("0102030405060708090A", "nothing I know")]
    public void Open_OtherBinaryFile_SaysWhatItLooksLike(string hex, string expected) =>
        AssertRefused(Convert.FromHexString(hex), "is not a tensor file I know (npy, npz, safetensors, torch)", expected);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("hello, world\n", "text")]
    [InlineData("{\"latents\": [1, 2]}", "text")]
    [InlineData("\n<!DOCTYPE html><html><body>404</body></html>", "web page")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 5\n", "git lfs pull")]
    public void Open_TextFile_SaysWhatItLooksLike(string text, string expected) => AssertRefused(Encoding.UTF8.GetBytes(text), expected);

    [Fact]
    public void Open_WhatIsNoFile_SaysSo()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("no such file", Refusal(folder["missing.npy"]), StringComparison.Ordinal);
        Assert.Contains("is a directory", Refusal(Path.GetDirectoryName(folder["x"])!), StringComparison.Ordinal);
        Assert.Contains("no such file", Refusal("nul\0character"), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TensorFile.Open(""));
    }

    [Fact]
    public void Open_Pipe_IsRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes have paths on Linux only");
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);

        Assert.Contains("is a pipe or device", Refusal($"/proc/self/fd/{pipe.GetClientHandleAsString()}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }", "4000000000000 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (1000000, 1000000), }", "4000000000000 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 4), }", "impossible shape")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904,), }", "36893488147419103232 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "impossible shape")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", "lacks")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", "True or False")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,)}", "expected ')'")]
    [InlineData("{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}", "<f16")]
    [InlineData("{'a': 1}", "unknown key 'a'")]
    public void Open_NpyWithAHostileHeader_IsRefused(string header, string expected) => AssertRefused(Npy(header, new byte[64]), expected);

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1000000000000],\"data_offsets\":[0,4000000000000]}}", 8, "ends at byte 4000000000000")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "does not fill")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}", 0, "does not fill")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,9],\"data_offsets\":[0,4]}}", 4, "impossible shape")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "whole numbers")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}", 6, "overlap")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "gap")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8, "end at byte 4")]
    [InlineData("{\"a\":{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8, "'C64'")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "lacks")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, "two tensors named 'a'")]
    [InlineData("{\"a\":", 0, "header is damaged")]
    [InlineData("{\"__metadata__\":{\"a\":1}}", 0, "no string")]
    [InlineData("{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, "header is damaged")]
    public void Open_SafetensorsWithAHostileHeader_IsRefused(string header, int dataBytes, string expected)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var content = new byte[8 + text.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(content, text.Length);
        text.CopyTo(content, 8);

        AssertRefused(content, expected);
    }

    [Fact]
    public void Open_SafetensorsWhoseHeaderClaimsTerabytes_IsRefused() =>
        AssertRefused([0, 0, 0, 0, 0, 0x10, 0, 0, (byte)'{', (byte)'}'], "claims a safetensors header of 17592186044416 bytes");

    [Fact]
    public void Open_ZipBomb_IsRefused()
    {
        // 80 MiB of zeros, of which deflate makes 80 KiB.
        var content = Zip(CompressionLevel.Optimal, ("a.npy", Npy(Header(20 << 20), new byte[80 << 20])));

        AssertRefused(content, "'a.npy' claims 83886", "at most 100-fold");
    }

    [Fact]
    public void Read_CompressedZerosOfOrdinarySize_AreRead()
    {
        using var folder = new TemporaryFolder();
        using var file = TensorFile.Open(folder.Write("a.npz", Zip(CompressionLevel.Optimal, ("a.npy", Npy(Header(1 << 18), new byte[1 << 20])))));
        using var buffer = file.Read(file.Tensors[0]);

        Assert.Equal(-1, buffer.Span.IndexOfAnyExcept(0f));
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void Read_ZipMemberWithAWrongChecksum_IsRefused(CompressionLevel level)
    {
        var content = Zip(level, ("a.npy", Npy(Header(4), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])));
        var directory = content.AsSpan().IndexOf("PK\u0001\u0002"u8);
        content[directory + 16] ^= 1;

        AssertRefusedReading(content, "CRC-32");
    }

    [Fact]
    public void Read_CompressedValuesThatAreAskedForFromBackToFront_AreRefusedAfterAHundredPasses()
    {
        using var folder = new TemporaryFolder();
        using var file = TensorFile.Open(folder.Write("a.npz", Zip(CompressionLevel.Optimal, ("a.npy", Npy(Header(1 << 10), new byte[4 << 10])))));
        var entry = file.Tensors[0];
        var value = new float[1];
        void Read(int element) => file.Read(entry, element, value);

        // Opening was two passes, the second for the header's text; the first value lies ahead of it.
        Enumerable.Range(1, 99).ToList().ForEach(i => Read(1000 - i));
        var exception = Assert.Throws<TensorFileException>(() => Read(900));

        Assert.Contains("had to be unpacked more than 100 times. Save it uncompressed.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ZipWithTwoMembersOfOneName_IsRefused()
    {
        var array = Npy(Header(1), new byte[4]);

        AssertRefused(Zip(CompressionLevel.NoCompression, ("a.npy", array), ("a.npy", array)), "two members 'a.npy'");
    }

    [Fact]
    public void Open_ZipOfSomethingElse_IsRefused() =>
        AssertRefused(Zip(CompressionLevel.NoCompression, ("word/document.xml", [1])), "neither .npy members (npz) nor a data.pkl (torch)");

    private static string Header(int count) => $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count},), }}";

    private static byte[] Npy(string header, byte[] data)
    {
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        return [0x93, .. "NUMPY"u8, 1, 0, .. length, .. Encoding.ASCII.GetBytes(header), .. data];
    }

    private static byte[] Zip(CompressionLevel level, params (string Name, byte[] Content)[] members)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                using var entry = archive.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    private static void AssertRefused(byte[] content, params string[] expected)
    {
        using var folder = new TemporaryFolder();
        var message = Refusal(folder.Write("x.bin", content));
        Assert.All(expected, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static void AssertRefusedReading(byte[] content, string expected)
    {
        using var folder = new TemporaryFolder();
        using var file = TensorFile.Open(folder.Write("x.bin", content));
        var entry = file.Tensors[0];

        var exception = Assert.Throws<TensorFileException>(() => file.Read(entry));

        Assert.Contains($"tensor '{entry.Name}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    private static string Refusal(string path) => Assert.Throws<TensorFileException>(() => TensorFile.Open(path).Dispose()).Message;
}
