namespace PerceptualEval.Cli.Datasets;

/// <summary>One thing to score.</summary>
/// <param name="Id">Its name in results; unique in the dataset.</param>
/// <param name="Sources">Where its values lie, in the order of the dataset's inputs.</param>
internal sealed record Sample(string Id, IReadOnlyList<SampleSource> Sources)
{
    /// <summary>Its number in the whole dataset, from 0.</summary>
    public long Number { get; init; }

    /// <summary>The target latent, or image A of <c>distance</c>.</summary>
    public SampleSource Target => Sources[0];

    /// <summary>The predicted latent, or image B of <c>distance</c>; of several predictions the first.</summary>
    public SampleSource Pred => Sources[1];

    /// <summary>The image that the target was made from; null where the dataset has none.</summary>
    public SampleSource? Image => Target.Tensor.Kind == SourceKind.Latent && Sources[^1].Tensor.Kind == SourceKind.Image ? Sources[^1] : null;

    /// <summary>Whether both samples fit into one batch: all their sources have equal shapes and units, and are converted alike.</summary>
    public bool FitsBatchOf(Sample other) => Sources.Zip(other.Sources).All(pair => AreAlike(pair.First.Tensor, pair.Second.Tensor));

    private static bool AreAlike(SampleTensor a, SampleTensor b) =>
        a.SampleShape == b.SampleShape && a.Units == b.Units && a.UnitStatement?.Family == b.UnitStatement?.Family;
}
