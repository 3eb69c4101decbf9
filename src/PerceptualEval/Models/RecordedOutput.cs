namespace PerceptualEval.Models;

/// <summary>
/// What a model gave for a small input that a formula makes, see <see cref="Inference.ModelTrial"/>: a later run that gives something
/// else tells of a changed runtime or of files that no longer are what was built.
/// </summary>
/// <param name="Runtime">The runtime that it was recorded on, for people.</param>
/// <param name="Values">A digest of the output: for images and latents mean, root mean square and values spread over it; for LPIPS the
/// distance, its layers and the mean of the map.</param>
public sealed record RecordedOutput(string Runtime, IReadOnlyList<double> Values)
{
    /// <summary>
    /// How far values may lie apart, as a share of the largest recorded one. Sums of float32 in another order move a deep network's
    /// output by 1e-6 to 1e-5 of it; a reduced precision (TF32, float16) or a wrong weight by 1e-3 and more.
    /// </summary>
    public const double Tolerance = 1e-4;

    // Below this an output counts as zero.
    private const double Smallest = 1e-6;

    /// <summary>How far another output lies from this one.</summary>
    /// <param name="other">The other output, of the same model.</param>
    /// <returns>The largest deviation as a multiple of what <see cref="Tolerance"/> allows: up to 1 they agree; infinite where they
    /// differ in number or one is not finite.</returns>
    public double DeviationOf(RecordedOutput other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Values.Count != other.Values.Count || Values.Count == 0)
        {
            return double.PositiveInfinity;
        }

        var scale = Math.Max(Values.Max(Math.Abs), Smallest);
        var largest = 0.0;
        for (var i = 0; i < Values.Count; i++)
        {
            var deviation = Math.Abs(other.Values[i] - Values[i]) / (Tolerance * scale);
            largest = deviation >= 0 ? Math.Max(largest, deviation) : double.PositiveInfinity;
        }

        return largest;
    }
}
