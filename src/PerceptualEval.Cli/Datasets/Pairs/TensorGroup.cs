namespace PerceptualEval.Cli.Datasets.Pairs;

/// <summary>Tensors that pair with each other, one for each input of the dataset and in that order; all hold the same number of samples.</summary>
/// <param name="Id">The id of their samples, to which batch indices are added.</param>
/// <param name="Tensors">The tensors.</param>
internal sealed record TensorGroup(string Id, SampleTensor[] Tensors);
