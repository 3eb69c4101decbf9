using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference.Caching;

/// <summary>A cache's entries of one decoder, LPIPS network and way to decode: everything that a target's values depend on is in their keys.</summary>
/// <param name="entries">The cache's folder.</param>
/// <param name="decoder">The decoder.</param>
/// <param name="lpips">The LPIPS network.</param>
/// <param name="options">How targets are decoded.</param>
internal sealed class CachedTargets(CacheFolder entries, LatentDecoder decoder, PerceptualNetwork lpips, LossOptions options)
{
    private const string FileName = "tensors";

    private readonly string _setup = string.Join('\n',
        typeof(CachedTargets).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
        InferenceRuntime.Version, string.Join(' ', InferenceRuntime.Providers), HardwareIdentity.Of(decoder.Device), HardwareIdentity.Of(lpips.Device),
        decoder.Device, lpips.Device, decoder.Precision, lpips.Precision, ManifestOf(decoder).ToJson(), lpips.Model.Manifest.ToJson(),
        options.Units, options.Clamp, options.Tiling);

    // A graph in float16 that is there, but not in use, changes nothing.
    private static ModelManifest ManifestOf(LatentDecoder decoder) => decoder.Precision == ComputePrecision.Float16
        ? decoder.Model.Manifest
        : decoder.Model.Manifest with { Graphs = decoder.Model.Manifest.Graphs.Where(graph => !Model.IsFloat16Role(graph.Key)).ToDictionary() };

    /// <summary>Finds the features of decoded targets.</summary>
    /// <param name="latents">The targets.</param>
    /// <returns>The features, owned by the caller, in the host's memory; null unless those of all targets are there and whole.</returns>
    public PerceptualFeatures? FindFeatures(TensorBuffer latents)
    {
        // Pooled memory, which is there from the sample before: fresh memory costs the system as much as reading the file.
        var layers = new List<TensorBuffer>();
        if (Read(latents, ValuesOf))
        {
            return new PerceptualFeatures(layers, decoder.ImageShape(latents.Shape));
        }

        layers.ForEach(layer => layer.Dispose());
        return null;

        Span<float> ValuesOf(int sample, int layer, TensorShape shape)
        {
            if (layer == layers.Count && shape.ElementCount * latents.Shape[0] <= Array.MaxLength)
            {
                layers.Add(new TensorBuffer(new TensorShape([latents.Shape[0], .. shape.Dimensions])));
            }

            return layer < layers.Count ? layers[layer].Sample(sample) : [];
        }
    }

    /// <summary>Finds decoded clips.</summary>
    /// <param name="latents">The targets.</param>
    /// <returns>The videos [N,3,T,H,W], owned by the caller; null unless those of all targets are there and whole.</returns>
    public TensorBuffer? FindVideos(TensorBuffer latents)
    {
        var videos = new TensorBuffer(decoder.ImageShape(latents.Shape));
        if (Read(latents, (sample, tensor, _) => tensor == 0 ? videos.Sample(sample) : []))
        {
            return videos;
        }

        videos.Dispose();
        return null;
    }

    /// <summary>Keeps the features of decoded targets.</summary>
    /// <param name="latents">The targets.</param>
    /// <param name="features">Their features, in the host's memory.</param>
    /// <param name="finite">Which targets were decoded to finite values; others are not kept.</param>
    public void Add(TensorBuffer latents, PerceptualFeatures features, bool[] finite)
    {
        if (!features.IsBeyondSpans)
        {
            TensorShape[] shapes = [.. features.Values.Select(value => new TensorShape(value.GetTensorTypeAndShape().Shape.AsSpan(1)))];
            Add(latents, finite, shapes, (sample, layer) => SampleOf(features.Values[layer], sample));
        }
    }

    /// <summary>Keeps decoded clips.</summary>
    /// <param name="latents">The targets.</param>
    /// <param name="videos">The videos [N,3,T,H,W].</param>
    /// <param name="finite">Which of them are finite; others are not kept.</param>
    public void Add(TensorBuffer latents, TensorBuffer videos, bool[] finite) =>
        Add(latents, finite, [new TensorShape(videos.Shape.Dimensions[1..])], (sample, _) => videos.Sample(sample));

    private delegate Span<float> SampleValues(int sample, int tensor);

    private delegate Span<float> SampleDestination(int sample, int tensor, TensorShape shape);

    private void Add(TensorBuffer latents, bool[] finite, IReadOnlyList<TensorShape> shapes, SampleValues values)
    {
        var fits = shapes.All(TensorEntry.Takes);
        for (var i = 0; i < finite.Length; i++)
        {
            var sample = i;
            if (fits && finite[sample])
            {
                entries.Add(KeyOf(latents, sample), unfinished =>
                    TensorEntry.Write(Path.Combine(unfinished, FileName), shapes, tensor => values(sample, tensor)));
            }
        }
    }

    private bool Read(TensorBuffer latents, SampleDestination destination)
    {
        for (var i = 0; i < latents.Shape[0]; i++)
        {
            var (sample, key) = (i, KeyOf(latents, i));
            if (entries.Find(key) is not { } entry)
            {
                return false;
            }

            if (!TryRead(Path.Combine(entry, FileName), (tensor, shape) => destination(sample, tensor, shape)))
            {
                entries.Remove(key);
                return false;
            }
        }

        return true;
    }

    private static bool TryRead(string path, TensorEntry.Destination destination)
    {
        try
        {
            return TensorEntry.Read(path, destination);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Removed in this moment, or not ours to read.
            return false;
        }
    }

    private string KeyOf(TensorBuffer latents, int sample)
    {
        var content = SHA256.HashData(MemoryMarshal.AsBytes(latents.Sample(sample)));
        var shape = new TensorShape(latents.Shape.Dimensions[1..]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(content)} {shape}\n{_setup}")));
    }

    private static Span<float> SampleOf(OrtValue values, int sample)
    {
        var all = values.GetTensorMutableDataAsSpan<float>();
        var length = (int)(all.Length / values.GetTensorTypeAndShape().Shape[0]);
        return all.Slice(sample * length, length);
    }
}
