namespace PerceptualEval.Cli.Datasets;

/// <summary>What a file of a dataset lies in.</summary>
internal enum ArchiveKind
{
    /// <summary>A tar archive, plain or within gzip, as WebDataset's are.</summary>
    Tar,

    /// <summary>A zip archive of files, as EDM2's dataset tools write.</summary>
    Zip,

    /// <summary>The cache of diffusion-pipe: an SQLite database and shards of torch files.</summary>
    DiffusionPipe,

    /// <summary>A Parquet table with a column of latents.</summary>
    Parquet,
}
