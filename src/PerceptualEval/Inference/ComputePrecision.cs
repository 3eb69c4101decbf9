namespace PerceptualEval.Inference;

/// <summary>How precisely graphs compute. Their inputs and outputs are float32 in any case.</summary>
public enum ComputePrecision
{
    /// <summary>float32: what every stated accuracy is for.</summary>
    Float32,

    /// <summary>TensorFloat-32 in convolutions and matrix products: faster on NVIDIA GPUs since Ampere, with 10 bits of mantissa instead of 23.</summary>
    Tf32,

    /// <summary>
    /// float16 in decoders and encoders that have a graph for it: 10 bits of mantissa too, half the memory, and values up to 65504; a sample
    /// that goes beyond is computed again in float32. LPIPS networks take TF32 instead, which can't overflow. On x64 CPUs the runtime rounds
    /// weights and little else, computes in float32, and gains no time.
    /// </summary>
    Float16,
}
