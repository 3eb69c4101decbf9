using PerceptualEval.Cli.Images;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Images;

public sealed class ImageFileTests : IDisposable
{
    // A JPEG's rounding: one level, and the float32 error of computing it back from [-1,1].
    private const double FloatNoise = 1e-3;

    private readonly string _folder = Directory.CreateTempSubdirectory("image-file-tests-").FullName;

    public static TheoryData<string> OpaqueGoldens => [.. GoldenImage.All.Where(golden => golden.Transparent == 0).Select(golden => golden.File)];

    public static TheoryData<string> TransparentGoldens => [.. GoldenImage.All.Where(golden => golden.Transparent > 0).Select(golden => golden.File)];

    public static TheoryData<string> AllGoldens => [.. GoldenImage.All.Select(golden => golden.File)];

    public static TheoryData<string> ReferencePictures =>
    [
        "A_lpips_squeeze/a01_dis", "A_lpips_squeeze/a01_ref", "A_lpips_squeeze/a02_dis", "A_lpips_squeeze/a02_ref",
        "A_lpips_squeeze/a04_dis", "A_lpips_squeeze/a04_ref", "A_lpips_squeeze/a05_dis", "A_lpips_squeeze/a05_ref",
        "A_lpips_squeeze/a06_dis", "A_lpips_squeeze/a06_ref", "A_lpips_squeeze/a07_dis", "A_lpips_squeeze/a07_ref",
        "A_lpips_squeeze/a08_dis", "A_lpips_squeeze/a08_ref", "A_lpips_squeeze/a09_dis", "A_lpips_squeeze/a09_ref",
        "A_lpips_squeeze/a10_dis", "A_lpips_squeeze/a10_ref", "A_lpips_squeeze/a11_dis", "A_lpips_squeeze/a11_ref",
        "B_lpips_formula/b01_dis", "B_lpips_formula/b01_ref", "B_lpips_formula/b02_dis", "B_lpips_formula/b02_ref",
        "B_lpips_formula/b03_dis", "B_lpips_formula/b03_ref",
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(ReferencePictures))]
    public void Read_ReferencePicture_EqualsItsTensorTwinBitForBit(string name)
    {
        var twin = File.ReadAllBytes(SharedFolder.Require(["reference", .. $"{name}.npy".Split('/')]));
        var values = twin.AsSpan(10 + BitConverter.ToUInt16(twin, 8));

        using var image = ImageFile.Read(SharedFolder.Require(["reference", .. $"{name}.png".Split('/')]));

        Assert.Equal(values, System.Runtime.InteropServices.MemoryMarshal.AsBytes(image.Span));
    }

    [Theory]
    [MemberData(nameof(OpaqueGoldens))]
    public void Read_OpaquePicture_MatchesPillow(string file)
    {
        var golden = GoldenImage.Named(file);

        using var image = ImageFile.Read(golden.FilePath);

        Assert.Equal(new TensorShape(1, 3, golden.Height, golden.Width), image.Shape);
        Assert.InRange(golden.MaxDifference(image.Span), 0, golden.Tolerance + (golden.Tolerance > 0 ? FloatNoise : 0));
    }

    [Theory]
    [MemberData(nameof(TransparentGoldens))]
    public void Read_TransparentPixels_RefusesAndCountsThem(string file)
    {
        var golden = GoldenImage.Named(file);

        var message = Assert.Throws<ImageFileException>(() => ImageFile.Read(golden.FilePath).Dispose()).Message;

        Assert.Contains($"{golden.Transparent} of {golden.Height * golden.Width} pixels are transparent", message);
        Assert.Contains("Flatten", message);
    }

    [Theory]
    [MemberData(nameof(AllGoldens))]
    public void ReadSize_AnyPicture_IsTheSizeUpright(string file)
    {
        var golden = GoldenImage.Named(file);

        Assert.Equal(new ImageSize(golden.Height, golden.Width), ImageFile.ReadSize(golden.FilePath));
    }

    [Fact]
    public void ReadSize_HeaderLongerThanOneRead_IsFound()
    {
        // Two comment segments of 60,000 bytes before the frame header.
        var jpeg = File.ReadAllBytes(GoldenImage.Named("orientation6.jpg").FilePath);
        byte[] comment = [0xFF, 0xFE, 60000 >> 8, 60000 & 255, .. new byte[60000 - 2]];
        var path = Write("long-header.jpg", [.. jpeg[..2], .. comment, .. comment, .. jpeg[2..]]);

        Assert.Equal(new ImageSize(18, 12), ImageFile.ReadSize(path));
    }

    [Theory]
    [MemberData(nameof(AllGoldens))]
    public void Read_CutAtEveryByte_GivesTheRightPixelsOrSaysSo(string file)
    {
        var golden = GoldenImage.Named(file);
        var bytes = File.ReadAllBytes(golden.FilePath);
        for (var length = 0; length < bytes.Length; length++)
        {
            var path = Write("cut", bytes[..length]);
            try
            {
                using var image = ImageFile.Read(path);
                Assert.True(golden.Transparent == 0 && golden.MaxDifference(image.Span) <= golden.Tolerance + FloatNoise,
                    $"{file} cut after {length} of {bytes.Length} bytes was read as another picture.");
            }
            catch (ImageFileException e)
            {
                Assert.Equal(path, e.Path);
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllGoldens))]
    public void Read_FlippedBits_GivesAPictureOrSaysSo(string file)
    {
        var bytes = File.ReadAllBytes(GoldenImage.Named(file).FilePath);
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var damaged = bytes.ToArray();
            damaged[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            var path = Write("damaged", damaged);
            try
            {
                using var image = ImageFile.Read(path);
                Assert.InRange(image.Span.ToArray().Max(Math.Abs), 0, 1);
            }
            catch (ImageFileException e)
            {
                Assert.Equal(path, e.Path);
            }
        }
    }

    [Theory]
    [InlineData("rgb16.png")]
    [InlineData("rgb8.png")]
    public void Read_PngThatClaimsTooManyPixels_NamesThem(string file)
    {
        var path = Write("huge.png", WithPngSize(File.ReadAllBytes(GoldenImage.Named(file).FilePath), 900_000, 800_000));

        Assert.Contains("800000x900000", Assert.Throws<ImageFileException>(() => ImageFile.Read(path).Dispose()).Message);
        Assert.Contains("800000x900000", Assert.Throws<ImageFileException>(() => ImageFile.ReadSize(path)).Message);
    }

    [Theory]
    [InlineData("rgb16.png")]
    [InlineData("rgb16-interlaced.png")]
    [InlineData("rgb8.png")]
    public void Read_PngThatClaimsMorePixelsThanItsDataHolds_IsRefused(string file)
    {
        var path = Write("long.png", WithPngSize(File.ReadAllBytes(GoldenImage.Named(file).FilePath), 8_000, 8_000));

        Assert.Throws<ImageFileException>(() => ImageFile.Read(path).Dispose());
    }

    [Fact]
    public void Read_MissingFile_SaysSo() => AssertRefused(Path.Combine(_folder, "missing.png"), "does not exist");

    [Fact]
    public void Read_Folder_SaysThatItCannotBeRead() => AssertRefused(_folder, "can't be read");

    [Fact]
    public void Read_EmptyFile_SaysSo() => AssertRefused(Write("empty.png", []), "is empty");

    [Fact]
    public void Read_OtherFile_ShowsItsFirstBytes() => AssertRefused(Write("tensor.png", "safetensors, say"u8.ToArray()), "73616665");

    private static void AssertRefused(string path, string finding)
    {
        var onRead = Assert.Throws<ImageFileException>(() => ImageFile.Read(path).Dispose());
        var onReadSize = Assert.Throws<ImageFileException>(() => ImageFile.ReadSize(path));

        Assert.StartsWith($"'{path}': ", onRead.Message);
        Assert.Contains(finding, onRead.Message);
        Assert.Equal(onRead.Message, onReadSize.Message);
    }

    /// <summary>Another size in the header, with the right checksum.</summary>
    private static byte[] WithPngSize(byte[] png, int width, int height)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), System.IO.Hashing.Crc32.HashToUInt32(png.AsSpan(12, 17)));
        return png;
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
