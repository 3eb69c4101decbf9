namespace PerceptualEval.Cli.Auditing;

/// <summary>What a finding is about. In JSON and tables the names are in kebab-case; scripts depend on them.</summary>
internal enum FindingKind
{
    /// <summary>A file that can't be read, or holds no latent.</summary>
    Unreadable,

    /// <summary>Latents that have no image, or images that have no latent.</summary>
    Unpaired,

    /// <summary>NaN or infinite values.</summary>
    NonFinite,

    /// <summary>Every value is 0.</summary>
    AllZero,

    /// <summary>Every channel holds one value.</summary>
    Constant,

    /// <summary>A part of the values is exactly 0: what trainers write for NaN.</summary>
    ZeroBlock,

    /// <summary>Channels that the decoder, or the rest of the dataset, does not have.</summary>
    WrongChannels,

    /// <summary>Mean and spread of a posterior, side by side, where a latent is expected.</summary>
    Posterior,

    /// <summary>A latent of another size than its image makes.</summary>
    SizeMismatch,

    /// <summary>Latents with the same values.</summary>
    Duplicate,

    /// <summary>Channel means or standard deviations far from those of the rest.</summary>
    UnusualStatistics,

    /// <summary>Which units reproduce the images, or other units than stated.</summary>
    Units,

    /// <summary>A latent of the horizontally mirrored image.</summary>
    FlippedHorizontally,

    /// <summary>A latent of the vertically mirrored image.</summary>
    FlippedVertically,

    /// <summary>A latent that belongs to the image of another sample.</summary>
    Swapped,

    /// <summary>A latent that decodes to something else than its image.</summary>
    OtherImage,

    /// <summary>A latent that decodes to its image, but worse than the rest.</summary>
    PoorReconstruction,

    /// <summary>A check that could not be made.</summary>
    NotChecked,
}
