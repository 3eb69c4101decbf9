namespace PerceptualEval.Inference;

/// <summary>How precisely a GPU multiplies. Graphs, inputs and outputs are float32 in any case.</summary>
public enum ComputePrecision
{
    /// <summary>float32, as the CPU: what every stated accuracy is for.</summary>
    Float32,

    /// <summary>TensorFloat-32 in convolutions and matrix products: faster on NVIDIA GPUs since Ampere, with 10 bits of mantissa instead of 23.</summary>
    Tf32,
}
