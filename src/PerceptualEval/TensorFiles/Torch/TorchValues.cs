using PerceptualEval.TensorFiles.Numpy;
using PerceptualEval.Tensors;

namespace PerceptualEval.TensorFiles.Torch;

/// <summary>A storage that a torch pickle refers to.</summary>
/// <param name="Key">Its name in the container.</param>
/// <param name="Type">The type of its elements; null where it is untyped and counts bytes.</param>
/// <param name="ElementCount">How many elements the pickle says it has.</param>
internal sealed record TorchStorage(string Key, ElementType? Type, long ElementCount)
{
    /// <summary>Its size; it need not fit 63 bits where a pickle lies.</summary>
    public Int128 ByteLength => (Int128)ElementCount * (Type?.ByteSize() ?? 1);
}

/// <summary>A storage as tensors refer to it. Legacy files may mean a part of a stored one, beginning at some element.</summary>
internal sealed record TorchStorageView(TorchStorage Storage, long FirstElement);

/// <summary>A tensor that a torch pickle describes; offset and strides count elements.</summary>
internal sealed record TorchTensor(TorchStorage Storage, ElementType Type, long Offset, TensorShape Shape, long[] Strides);

/// <summary>The type object that numpy pickles beside a scalar.</summary>
internal sealed class NumpyScalarType(string code)
{
    public ElementType Type { get; } = NumpyType.Parse(code);

    public bool BigEndian { get; set; } = NumpyType.IsBigEndian(code);
}
