using PerceptualEval.Cli.Datasets.Files;

namespace PerceptualEval.Cli.Datasets.Pairs;

/// <summary>Files that pair with each other, one for each input of the dataset and in that order.</summary>
/// <param name="Id">The id of their samples, to which tensor keys and batch indices are added.</param>
/// <param name="Files">The files.</param>
internal sealed record FileGroup(string Id, DatasetFile[] Files);
