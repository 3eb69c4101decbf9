using System.Runtime.InteropServices;
using System.Text;
using BenchmarkDotNet.Attributes;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>Opening a latent file and reading it into memory of the caller, as trainers' caches have them: [C,h,w] of the image's eighth.</summary>
public class ReadBenchmarks
{
    private string _folder = null!;
    private string _npy = null!;
    private string _safetensors = null!;
    private TensorBuffer _latent = null!;

    [Params(256, 512)]
    public int Pixels { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _folder = Directory.CreateTempSubdirectory("perceptual-eval-read").FullName;
        _latent = BenchmarkModels.Random(32, Pixels / 8, Pixels / 8);
        _npy = Path.Combine(_folder, "latent.npy");
        NpyFile.Write(_npy, _latent.Shape, _latent.Span);
        _safetensors = Path.Combine(_folder, "latent.safetensors");
        WriteSafetensors(_safetensors, _latent);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _latent.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public void Npy() => Read(_npy);

    [Benchmark]
    public void Safetensors() => Read(_safetensors);

    private static void WriteSafetensors(string path, TensorBuffer tensor)
    {
        var header = Encoding.UTF8.GetBytes(
            $$$"""{"latents":{"dtype":"F32","shape":{{{tensor.Shape}}},"data_offsets":[0,{{{4 * tensor.Shape.ElementCount}}}]}}""");
        using var stream = File.Create(path);
        stream.Write(BitConverter.GetBytes((long)header.Length));
        stream.Write(header);
        stream.Write(MemoryMarshal.AsBytes(tensor.Span));
    }

    private void Read(string path)
    {
        using var file = TensorFile.Open(path);
        file.Read(file.Tensors[0], _latent.Span);
    }
}
