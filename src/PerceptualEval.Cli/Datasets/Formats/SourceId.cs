namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>The image that a cache file was made from.</summary>
/// <param name="Image">The image's path within its folder, without extension.</param>
/// <param name="Variant">The same and what tells several caches of one image apart, such as its size: the id where <paramref name="Image"/> is not unique.</param>
internal readonly record struct SourceId(string Image, string Variant);
