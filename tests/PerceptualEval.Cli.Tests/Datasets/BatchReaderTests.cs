using System.Formats.Tar;
using System.IO.Compression;
using CsCheck;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Reading;
using PerceptualEval.Cli.Tests.Datasets.Formats;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets;

[Collection(nameof(LiveBuffers))]
public sealed class BatchReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly long _liveBefore = TensorBuffer.LiveCount;

    public void Dispose()
    {
        var open = Directory.EnumerateFiles(_folder.Root, "*", SearchOption.AllDirectories).Where(IsOpen).ToArray();
        _folder.Dispose();
        Assert.Empty(open);
        Assert.Equal(_liveBefore, TensorBuffer.LiveCount);
    }

    [Fact]
    public void Read_AnyBatchSize_GivesEverySampleOnce()
    {
        WriteMixedFolder();
        var dataset = Dataset.OpenLatents(_folder["p"], _folder["t"], null, null, new());
        var expected = ContentOf(dataset, 1);

        Gen.Int[1, 12].Sample(batchSize => ContentOf(dataset, batchSize).SequenceEqual(expected), iter: 24, threads: 1);

        Assert.Equal(["a=T100/P1100", "b#0=T200/P1200", "b#1=T216/P1216", "b#2=T232/P1232", "c=T300/P1300", "d#0=T400/P1400", "d#1=T416/P1416", "e=T500/P1500"], expected);
    }

    // Both are raw, of one shape; what makes model units of them differs.
    [Fact]
    public void Read_CachesOfTwoModelFamilies_AreNotInOneBatch()
    {
        foreach (var (side, name) in new[] { ("p", "a_0024x0016_sd"), ("t", "a_0024x0016_sd"), ("p", "b_0024x0016_sdxl"), ("t", "b_0024x0016_sdxl") })
        {
            _folder.Write($"{side}/{name}.npz", File.ReadAllBytes(Path.Combine(GoldenFormat.Folder, $"kohya/dog_{name[2..]}.npz")));
        }

        var images = new List<string>();
        foreach (var batch in Batches(Dataset.OpenLatents(_folder["p"], _folder["t"], null, null, new()), 8))
        {
            using (batch)
            {
                images.Add(string.Concat(batch.Samples.Select(sample => sample.Id[0]).Distinct()));
            }
        }

        Assert.Equal(["a", "b"], images);
    }

    [Fact]
    public void Read_ShapeChanges_GoesOnWithTheBatchAfterwards()
    {
        WriteMixedFolder();

        var shapes = new List<string>();
        foreach (var batch in Batches(Dataset.OpenLatents(_folder["p"], _folder["t"], null, null, new()), 3))
        {
            using (batch)
            {
                Assert.Equal(batch.Target.Shape, batch.Pred.Shape);
                shapes.Add($"{batch.Pred.Shape} {string.Join(' ', batch.Samples.Select(sample => sample.Id))}");
            }
        }

        Assert.Equal(["[3,4,2,2] a b#0 b#1", "[3,4,2,2] b#2 d#0 d#1", "[1,4,4,2] c", "[1,4,2,2] e"], shapes);
    }

    [Fact]
    public void Read_ArchiveThatIsReadFromFrontToBack_KeepsTheOrder()
    {
        WriteMixedFolder();
        foreach (var side in (string[])["t", "p"])
        {
            using var file = File.Create(_folder[$"{side}.tar.gz"]);
            using var gzip = new GZipStream(file, CompressionMode.Compress);
            TarFile.CreateFromDirectory(_folder[side], gzip, includeBaseDirectory: false);
        }

        var batches = new List<string>();
        foreach (var batch in Batches(Dataset.OpenLatents(_folder["p.tar.gz"], _folder["t.tar.gz"], null, null, new()), 3))
        {
            using (batch)
            {
                Assert.True(batch.NothingWaits);
                Assert.All(batch.Samples, sample => Assert.Equal(batch.Target.Shape.Dimensions[1..], sample.Target.Tensor.SampleShape.Dimensions));
                batches.Add(string.Join(' ', batch.Samples.Select(sample => sample.Number)));
            }
        }

        Assert.Equal(Enumerable.Range(0, 8), batches.SelectMany(batch => batch.Split(' ')).Select(int.Parse));
        Assert.True(batches.Count > 3, "the samples of another shape did not end a batch");
    }

    [Fact]
    public void Read_ImageSizeChanges_BeginsANewBatch()
    {
        foreach (var (name, size) in new[] { ("a", 4), ("b", 5), ("c", 5) })
        {
            _folder.Latent($"l/{name}.npy");
            _folder.Picture($"i/{name}.png", size, 3, 255, 0, 51);
        }

        var sizes = new List<TensorShape>();
        foreach (var batch in Batches(Dataset.OpenLatents(_folder["l"], _folder["l"], _folder["i"], null, new()), 8))
        {
            using (batch)
            {
                sizes.Add(batch.Images!.Shape);
                var plane = 3 * (int)batch.Images.Shape[^1];
                Assert.Equal((1f, -1f, (51 / 127.5f) - 1), (batch.Images.Span[0], batch.Images.Span[plane], batch.Images.Span[2 * plane]));
            }
        }

        Assert.Equal([new TensorShape(1, 3, 3, 4), new TensorShape(2, 3, 3, 5)], sizes);
    }

    [Fact]
    public void Read_ImageTensors_AreTakenAsTheyAre()
    {
        var latents = _folder.Npy("l.npy", 0, 2, 4, 1, 1);
        var images = _folder.Npy("i.npy", -1, 2, 3, 2, 2);

        using var batch = Assert.Single(Batches(Dataset.OpenLatents(latents, latents, images, null, new()), 2));

        Assert.Equal(Enumerable.Range(-1, 24).Select(value => (float)value), batch.Images!.Span.ToArray());
    }

    [Fact]
    public void Read_KeyedTensors_AreReadByTheirKeys()
    {
        var pred = _folder.Safetensors("p.safetensors", ("x", 10, [4, 1, 1]), ("y", 20, [2, 4, 1, 1]));
        var target = _folder.Safetensors("t.safetensors", ("y", 30, [2, 4, 1, 1]), ("x", 40, [4, 1, 1]));

        Assert.Equal(["t/y#0=T30/P20", "t/y#1=T34/P24", "t/x=T40/P10"], ContentOf(Dataset.OpenLatents(pred, target, null, null, new()), 2));
    }

    [Fact]
    public void Read_FaultInALaterBatch_GivesTheEarlierOnesFirst()
    {
        WriteMixedFolder();
        var dataset = Dataset.OpenLatents(_folder["p"], _folder["t"], null, null, new(Strict: true));
        File.WriteAllText(_folder["p/d.npy"], "damaged meanwhile");

        var ids = new List<string>();
        var exception = Assert.Throws<TensorFileException>(() =>
        {
            foreach (var batch in Batches(dataset, 2))
            {
                using (batch)
                {
                    ids.AddRange(batch.Samples.Select(sample => sample.Id));
                }
            }
        });

        Assert.Equal(_folder["p/d.npy"], exception.Path);
        Assert.Equal(["a", "b#0", "b#1", "b#2"], ids);
    }

    [Fact]
    public void Read_CallerLeavesEarly_LeavesNothingBehind()
    {
        WriteMixedFolder();

        foreach (var batch in Batches(Dataset.OpenLatents(_folder["p"], _folder["t"], null, null, new()), 1))
        {
            using (batch)
            {
                Assert.Equal(["a"], batch.Samples.Select(sample => sample.Id));
                const int TwoBatches = 4;
                Assert.True(SpinWait.SpinUntil(() => TensorBuffer.LiveCount == _liveBefore + TwoBatches, TimeSpan.FromMinutes(1)), "no batch was read ahead");
                break;
            }
        }
    }

    [Fact]
    public void Read_Cancelled_Stops()
    {
        WriteMixedFolder();
        using var cancel = new CancellationTokenSource();
        var scored = new List<string>();

        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (var batch in BatchReader.Read(Dataset.OpenLatents(_folder["p"], _folder["t"], null, null, new()), 1, cancel.Token))
            {
                using (batch)
                {
                    scored.AddRange(batch.Samples.Select(sample => sample.Id));
                    cancel.Cancel();
                }
            }
        });

        // The batch that was being read meanwhile may still come.
        Assert.Equal(new[] { "a", "b#0" }.Take(scored.Count), scored);
    }

    [Fact]
    public void Read_BatchSizeZero_IsRefusedAtOnce()
    {
        var path = _folder.Latent("a.npy");
        var dataset = Dataset.OpenLatents(path, path, null, null, new());

        Assert.Throws<ArgumentOutOfRangeException>(() => Batches(dataset, 0));
    }

    [Fact]
    public void Read_FileReplacedByAnotherShape_IsRefused()
    {
        var path = _folder.Latent("a.npy");
        var sample = Dataset.OpenLatents(path, path, null, null, new()).Samples().First();
        _folder.Npy("a.npy", 0, 4, 2, 3);
        using var reader = new SampleReader(2);

        var exception = Assert.Throws<DatasetException>(() => reader.Read(sample, 0, new float[16]));

        Assert.StartsWith($"'{path}': shape [4,2,2]; the file has another content now", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_OfTheReader_ClosesTheFileThatItKeptOpen()
    {
        var path = _folder.Npy("a.npy", 0, 2, 4, 2, 2);
        var sample = Dataset.OpenLatents(path, path, null, null, new()).Samples().First();
        using (var reader = new SampleReader(2))
        {
            reader.Read(sample, 0, new float[16]);
            Assert.True(IsOpen(path));
        }

        Assert.False(IsOpen(path));
    }

    private static IEnumerable<SampleBatch> Batches(Dataset dataset, int batchSize) => BatchReader.Read(dataset, batchSize, TestContext.Current.CancellationToken);

    private static bool IsOpen(string path)
    {
        try
        {
            using var alone = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    // Single latents and batches, of two shapes; every value tells where it comes from.
    private void WriteMixedFolder()
    {
        foreach (var (side, offset) in new[] { ("t", 0), ("p", 1000) })
        {
            _folder.Npy($"{side}/a.npy", offset + 100, 4, 2, 2);
            _folder.Npy($"{side}/b.npy", offset + 200, 3, 4, 2, 2);
            _folder.Npy($"{side}/c.npy", offset + 300, 4, 4, 2);
            _folder.Npy($"{side}/d.npy", offset + 400, 2, 4, 2, 2);
            _folder.Npy($"{side}/e.npy", offset + 500, 4, 2, 2);
        }
    }

    private static List<string> ContentOf(Dataset dataset, int batchSize)
    {
        var content = new List<string>();
        var order = new SampleOrder<string>();
        foreach (var batch in Batches(dataset, batchSize))
        {
            using (batch)
            {
                content.AddRange(order.Add(
                    batch, [.. batch.Samples.Select((sample, i) => $"{sample.Id}=T{FirstOfCounting(batch.Target.Sample(i))}/P{FirstOfCounting(batch.Pred.Sample(i))}")]));
            }
        }

        return content;
    }

    private static float FirstOfCounting(ReadOnlySpan<float> values)
    {
        for (var i = 1; i < values.Length; i++)
        {
            Assert.Equal(values[0] + i, values[i]);
        }

        return values[0];
    }
}
