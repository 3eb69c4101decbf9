using PerceptualEval.TestSupport;
using SkiaSharp;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>Pictures through <c>distance</c>: the kinds that are read, and those that are refused.</summary>
public sealed class ImageKindsTests : IDisposable
{
    private const int Side = 32;

    // A grey picture, so that every kind of file can hold it: blocks of 8 grey levels.
    private static readonly byte[] Levels =
        [.. Enumerable.Range(0, Side * Side).Select(i => (byte)(36 * (((i % Side / 4) + (i / Side / 8 * 3)) % 8)))];

    private readonly TemporaryFolder _folder = new();
    private readonly ToolModels _models;
    private readonly string _rgb;

    public ImageKindsTests(ToolModels models)
    {
        _models = models;
        _rgb = _folder.Write("rgb.png", Png.Of(Side, 8, Png.Rgb, [.. Levels.SelectMany(level => new[] { level, level, level })]));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Distance_SamePictureInOtherKindsOfFile_IsExactlyZero()
    {
        byte[] greys = [.. Enumerable.Range(0, 256).SelectMany(level => new[] { (byte)level, (byte)level, (byte)level })];
        _folder.Write("kinds/grey8.png", Png.Of(Side, 8, Png.Grey, Levels));
        _folder.Write("kinds/grey16.png", Png.Of(Side, 16, Png.Grey, [.. Levels.SelectMany(level => new[] { level, level })]));
        _folder.Write("kinds/rgb16.png", Png.Of(Side, 16, Png.Rgb, [.. Levels.SelectMany(level => Enumerable.Repeat(level, 6))]));
        _folder.Write("kinds/palette.png", Png.Of(Side, 8, Png.Palette, Levels, greys));
        _folder.Write("kinds/rgba.png", Png.Of(Side, 8, Png.Rgba, [.. Levels.SelectMany(level => new byte[] { level, level, level, 255 })]));
        Encode("kinds/webp.webp", _rgb, new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100));
        foreach (var path in Directory.GetFiles(_folder["kinds"]))
        {
            File.Copy(_rgb, Path.Combine(_folder.Folder("rgb"), Path.ChangeExtension(Path.GetFileName(path), ".png")));
        }

        var pairs = (await _models.Distance(_folder["rgb"], _folder["kinds"], "--json")).Succeeded().Json().GetProperty("pairs");

        Assert.Equal(
            ["grey8 0", "grey16 0", "palette 0", "rgb16 0", "rgba 0", "webp 0"],
            pairs.EnumerateArray().Select(pair => $"{pair.GetProperty("id")} {pair.GetProperty("distance").GetRawText()}"));
    }

    [Fact]
    public async Task Distance_SixteenBits_AreNotRoundedToEight()
    {
        byte[] low = [.. Levels.SelectMany(level => new byte[] { level, 0 })];
        byte[] high = [.. Levels.SelectMany(level => new byte[] { level, 255 })];
        var (a, b) = (_folder.Write("a.png", Png.Of(Side, 16, Png.Grey, low)), _folder.Write("b.png", Png.Of(Side, 16, Png.Grey, high)));

        var pair = (await _models.Distance(a, b, "--json")).Succeeded().Json().GetProperty("pairs")[0];

        Assert.InRange(pair.GetProperty("distance").GetDouble(), 1e-12, 1);
    }

    [Fact]
    public async Task Distance_JpegThatSaysItIsTurned_IsTurnedBack()
    {
        // Left and right differ, and width and height: unturned, the shapes would not fit.
        using var upright = Drawn(48, 32);
        using var turned = new SKBitmap(32, 48);
        using (var canvas = new SKCanvas(turned))
        {
            canvas.Translate(0, 48);
            canvas.RotateDegrees(-90);
            canvas.DrawBitmap(upright, 0, 0, SKSamplingOptions.Default);
        }

        var a = _folder.Write("a.jpg", Jpeg(upright));
        var jpeg = Jpeg(turned);
        var b = _folder.Write("b.jpg", [.. jpeg[..2], .. ExifTurnedClockwise, .. jpeg[2..]]);
        var unsaid = _folder.Write("unsaid.jpg", jpeg);

        var distance = (await _models.Distance(a, b, "--json")).Succeeded().Json().GetProperty("pairs")[0].GetProperty("distance").GetDouble();
        Assert.InRange(distance, 0, 0.01); // JPEG's own loss; mirrored or upside down it is above 0.1
        (await _models.Distance(a, unsaid)).RefusedInput("[3,32,48]", "[3,48,32]");
    }

    [Fact]
    public async Task Distance_TransparentPixels_AreRefused()
    {
        byte[] holes = [.. Levels.SelectMany((level, i) => new byte[] { level, level, level, (byte)(i == 40 ? 0 : 255) })];

        (await _models.Distance(_folder.Write("holes.png", Png.Of(Side, 8, Png.Rgba, holes)), _rgb)).RefusedInput("holes.png", "transparent");
    }

    [Fact]
    public async Task Distance_SizesThatDiffer_AreRefusedWithBoth() =>
        (await _models.Distance(_rgb, _folder.Picture("wide.png", 33, 32, 1, 2, 3))).RefusedInput("rgb.png", "[3,32,32]", "wide.png", "[3,32,33]");

    [Fact]
    public async Task Distance_ImageBelowTheNetworksMinimum_IsRefused()
    {
        var (small, smallest) = (_folder.Picture("small.png", 40, 16, 1, 2, 3), _folder.Picture("smallest.png", 17, 17, 1, 2, 3));

        (await _models.Distance(small, small)).RefusedInput("small.png", "[3,16,40]", "'squeeze' takes images of at least 17x17 pixels");
        (await _models.Distance(smallest, smallest)).Succeeded();
    }

    [Fact]
    public async Task Distance_WhatIsNoImage_IsRefused()
    {
        var png = await File.ReadAllBytesAsync(_rgb, TestContext.Current.CancellationToken);

        (await _models.Distance(_rgb, _folder["none.png"])).RefusedInput("none.png", "no such file or folder");
        (await _models.Distance(_rgb, _folder.Write("cut.png", png.AsSpan(0, png.Length / 2)))).RefusedInput("cut.png");
        (await _models.Distance(_rgb, _folder.Text("text.png", "hello"))).RefusedInput("text.png");
        (await _models.Distance(_rgb, _folder.Latent("latent.npy"))).RefusedInput("latent.npy", "[4,2,2]", "[3,H,W]");
    }

    [Fact]
    public async Task Distance_NotFiniteImage_IsReportedAndTheRunGoesOn()
    {
        var values = FormulaTensors.Image("image", 2, Side, Side);
        var a = _folder.Npy("a.npy", values, 2, 3, Side, Side);
        values[7] = float.NaN;
        var b = _folder.Npy("b.npy", values, 2, 3, Side, Side);

        var pairs = (await _models.Distance(a, b, "--json")).Said(1, "1 of 2 pairs", "'a#0'").Json().GetProperty("pairs");

        Assert.Equal(["", "0"], pairs.EnumerateArray().Select(pair => pair.GetProperty("distance").ToString()));
    }

    [Fact]
    public async Task Score_ImagesOfAnotherSize_AreRefusedWithoutResize()
    {
        var latent = _folder.Npy("z.npy", 0, 4, 3, 3);

        (await _models.Score(latent, latent, "--images", _rgb, "--input-weight", "1"))
            .RefusedInput("rgb.png", "[3,32,32]", "z.npy", "decodes to [3,24,24]", "--resize image or decoded");
        (await _models.Score(latent, latent, "--images", _rgb, "--input-weight", "1", "--resize", "image")).Succeeded();
        (await _models.Score(latent, latent, "--input-weight", "1")).RefusedInput("--input-weight 1", "--images");
        (await _models.Score(latent, latent, "--images", _rgb)).Said(0, "images are not used: --input-weight is 0");
    }

    // APP1 with one entry: orientation 6, to be turned clockwise by a quarter for showing.
    private static byte[] ExifTurnedClockwise =>
        [0xff, 0xe1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];

    private static SKBitmap Drawn(int width, int height)
    {
        var bitmap = new SKBitmap(width, height);
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint();
        canvas.Clear(new SKColor(40, 80, 160));
        paint.Color = new SKColor(220, 180, 60);
        canvas.DrawRect(4, 4, width / 3, height / 2, paint);
        paint.Color = new SKColor(30, 30, 30);
        canvas.DrawCircle(width - 12, height - 10, 7, paint);
        return bitmap;
    }

    private static byte[] Jpeg(SKBitmap bitmap)
    {
        using var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 100);
        return jpeg.ToArray();
    }

    private void Encode(string name, string picture, SKWebpEncoderOptions options)
    {
        using var bitmap = SKBitmap.Decode(picture);
        using var pixels = bitmap.PeekPixels();
        using var webp = pixels.Encode(options)!;
        _folder.Write(name, webp.ToArray());
    }
}
