using PerceptualEval.Tensors;

namespace PerceptualEval.TensorFiles;

/// <summary>One tensor of a file, known without loading its values.</summary>
/// <param name="Name">Its key; empty for the only tensor of a file that has no keys (.npy, a bare torch tensor). Nested keys are joined by '/'.</param>
/// <param name="Shape">Its shape, outermost dimension first.</param>
/// <param name="Type">How its values are stored.</param>
public sealed record TensorEntry(string Name, TensorShape Shape, ElementType Type);
