namespace PerceptualEval.Cli.Datasets;

/// <summary>Where one sample's values lie.</summary>
/// <param name="Tensor">The tensor: its file, its key, its shape.</param>
/// <param name="BatchIndex">Which sample of the tensor it is, from 0.</param>
internal readonly record struct SampleSource(SampleTensor Tensor, long BatchIndex);
