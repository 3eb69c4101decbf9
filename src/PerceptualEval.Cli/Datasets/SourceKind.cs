namespace PerceptualEval.Cli.Datasets;

/// <summary>What the files of one argument hold.</summary>
internal enum SourceKind
{
    /// <summary>Latents, <c>[C,h,w]</c> or <c>[N,C,h,w]</c>, or those of clips, in tensor files.</summary>
    Latent,

    /// <summary>Image files, or images in [-1,1], <c>[3,H,W]</c> or <c>[N,3,H,W]</c>, or videos, in tensor files.</summary>
    Image,
}
