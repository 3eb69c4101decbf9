using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>The networks that an audit decodes and compares with. Owns them.</summary>
internal sealed class AuditNetworks : IDisposable
{
    /// <summary>Loads them.</summary>
    /// <param name="decoder">The decoder's model.</param>
    /// <param name="lpips">The LPIPS network's model.</param>
    /// <param name="execution">Where they run.</param>
    /// <param name="tiling">How large latents are decoded; null for as a whole.</param>
    /// <exception cref="UsageException">The decoder takes clips.</exception>
    /// <exception cref="ModelException">A model's files are not what its manifest says.</exception>
    public AuditNetworks(Model decoder, Model lpips, ExecutionOptions execution, Tiling? tiling)
    {
        if (decoder.Manifest.FrameBatching is not null)
        {
            throw new UsageException($"decoder '{decoder.Name}' takes clips, whose decoded frames are not audited. Leave out --lpips: values, shapes and sizes are checked without it.");
        }

        Lpips = new PerceptualNetwork(lpips, execution);
        try
        {
            Decoder = new LatentDecoder(decoder, execution);
        }
        catch
        {
            Lpips.Dispose();
            throw;
        }

        Tiling = tiling;
        Reconstruction = new Reconstruction(Decoder, Lpips, tiling);
    }

    /// <summary>The decoder, of images.</summary>
    public LatentDecoder Decoder { get; }

    /// <summary>The LPIPS network.</summary>
    public PerceptualNetwork Lpips { get; }

    /// <summary>How large latents are decoded; null for as a whole.</summary>
    public Tiling? Tiling { get; }

    /// <summary>What the audit does with both.</summary>
    public Reconstruction Reconstruction { get; }

    /// <summary>Frees them.</summary>
    public void Dispose()
    {
        Decoder.Dispose();
        Lpips.Dispose();
    }
}
