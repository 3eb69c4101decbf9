using System.Runtime.InteropServices;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Downloads;

/// <summary>Checkpoints of real networks with made-up weights.</summary>
internal static class TinyModels
{
    private static readonly Lazy<byte[]> Decoder = new(MakeTaesdDecoder);

    /// <summary>A TAESD decoder for four latent channels, in its original naming, as safetensors.</summary>
    public static byte[] TaesdDecoder => Decoder.Value;

    private static byte[] MakeTaesdDecoder()
    {
        using var folder = new TemporaryFolder();
        var tensors = new List<(string Key, byte[] Values, long[] Dimensions)>();
        Convolution("1", 64, 4, bias: true);
        foreach (var block in (int[])[3, 4, 5, 8, 9, 10, 13, 14, 15, 18])
        {
            Convolution($"{block}.conv.0", 64, 64, bias: true);
            Convolution($"{block}.conv.2", 64, 64, bias: true);
            Convolution($"{block}.conv.4", 64, 64, bias: true);
        }

        foreach (var index in (int[])[7, 12, 17])
        {
            Convolution($"{index}", 64, 64, bias: false);
        }

        Convolution("19", 3, 64, bias: true);
        return File.ReadAllBytes(folder.Safetensors("taesd.safetensors", "F32", [.. tensors]));

        void Convolution(string name, int to, int from, bool bias)
        {
            Add($"{name}.weight", 0.06, to, from, 3, 3);
            if (bias)
            {
                Add($"{name}.bias", 0.1, to);
            }
        }

        // A wave with the sizes that training starts from: activations neither vanish nor grow.
        void Add(string key, double amplitude, params long[] dimensions)
        {
            var values = new float[dimensions.Aggregate(1L, (product, length) => product * length)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (float)(amplitude * Math.Sin((2.399963 * i) + tensors.Count));
            }

            tensors.Add((key, MemoryMarshal.AsBytes(values.AsSpan()).ToArray(), dimensions));
        }
    }
}
