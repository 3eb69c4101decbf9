using CsCheck;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Formats;
using PerceptualEval.Cli.Datasets.Reading;
using PerceptualEval.Cli.Images;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Tests.Datasets.Formats;

/// <summary>Whatever names, keys, shapes and metadata a file claims, it is read, or refused by our own exceptions.</summary>
public sealed class HostileHeadersTests
{
    private static readonly string[] Names =
    [
        "a.npz", "a_0024x0016_sd.npz", "a_0024x0016_wan.safetensors", "a_0024x0016_f2d.safetensors", "a_0024x0016_ho1.safetensors", "a_te.npz", "latent-0.pt", "x/video_latents/a.pt",
        "_latent_cache/a_Zm9vYmFyYmF6cXV4-_1234.safetensors", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.pt", "img-mean-std-1.npy", "imagenet256_features/1.npy",
        "img_sdxl_vae_features_1/a.npy", "shard_0.bin", "Tensor_0b1ad5f8-44d5-4f9c-8f6b-0fda5a9cfb11", "latents_rank00_shard000.safetensors", "", "_", "__x", "a_0000x0000_",
    ];

    private static readonly string[] Keys =
    [
        "", "latents", "latents_flipped", "latents_2x3", "latents_2x3_bfloat16", "latents_1x2x3_bfloat16", "latents_control_1x2x3_float16", "original_size", "crop_ltrb", "latent",
        "latent_image", "latent_conditioning_image", "encoded_video", "0/input_latents", "latent_tensor", "moments", "moments_flip", "ldist", "latents_mean", "latents_std", "latents_flip", "labels",
    ];

    private static readonly Gen<LatentFile> File =
        from path in OneOf(Names)
        from container in OneOf("npy", "npz", "safetensors", "torch", "parquet")
        from tensors in Gen.Select(OneOf(Keys), OneOf(0L, 1L, 2L, 3L, 4L, 16L, 32L, 64L, 128L, 1L << 31, 1L << 40).Array[0, 6], OneOf(ElementType.Float32, ElementType.UInt8)).Array[1, 4]
        from numbers in OneOf("0", "1", "2", "9223372036854775807", "-1", "x").Array[3]
        from format in OneOf<string?>([null, .. LatentFormats.Names])
        from size in Gen.Int[1, 100]
        select new LatentFile(
            path,
            container,
            [.. tensors.DistinctBy(tensor => tensor.Item1).Select(tensor => new TensorEntry(tensor.Item1, Shape(tensor.Item2), tensor.Item3))],
            new Dictionary<string, string>
            {
                ["num_frames"] = numbers[0],
                ["height"] = numbers[1],
                ["width"] = numbers[2],
                ["format_version"] = "1",
                ["latent_space_version"] = numbers[0],
                ["seeds"] = "",
                ["prompt"] = "",
            },
            new LatentReading
            {
                Format = format,
                Size = size % 3 == 0 ? null : new ImageSize(16 * size, 16),
                Posterior = size % 2 == 0 ? PosteriorReading.Mean : null,
                Layout = (SampleLayout)(size % 3),
                Space = new LatentSpace { Channels = size % 5 == 0 ? 32 : 4, SpatialFactor = 8, Units = LatentUnits.Raw },
            });

    [Fact]
    public void Recognise_AnyHeader_IsReadOrRefused() => File.Sample(file =>
    {
        try
        {
            return LatentFormats.Recognise(file).Latents.All(latent =>
            {
                var geometry = LatentGeometry.Of(latent, file.Reading, file.Path);
                return geometry.Sample.ElementCount * (latent.Posterior == PosteriorForm.None ? 1 : 2) == geometry.Stored.ElementCount;
            });
        }
        catch (DatasetException)
        {
            return true;
        }
    }, iter: 20_000);

    private static Gen<T> OneOf<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(i => items[i]);

    private static TensorShape Shape(long[] dimensions) => TensorShape.TryCountElements(dimensions, out _) ? new TensorShape(dimensions) : new TensorShape(dimensions[0]);
}
