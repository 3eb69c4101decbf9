namespace PerceptualEval.ModelBuilder;

/// <summary>How a graph's weights are stored in its file; it computes in float32 either way.</summary>
public enum WeightStorage
{
    /// <summary>As float32: exactly what the checkpoint holds.</summary>
    Float32,

    /// <summary>As float16, which halves the file: 11 bits of mantissa. Exact where the checkpoint is float16 already.</summary>
    Float16,
}
