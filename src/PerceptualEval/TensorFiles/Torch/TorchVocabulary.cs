using System.Collections.Frozen;
using PerceptualEval.Tensors;

namespace PerceptualEval.TensorFiles.Torch;

/// <summary>
/// Every name that a torch pickle may mention. Whatever is not in this list is refused by name, and nothing in it is ever looked
/// up in a runtime: a name selects one of the branches of <see cref="TorchObjects.Call"/>.
/// </summary>
internal static class TorchVocabulary
{
    // Classes without effect that trainers' checkpoints carry beside the weights. Their content is dropped.
    private static readonly FrozenSet<string> InertClasses = FrozenSet.Create(StringComparer.Ordinal,
        "argparse.Namespace",
        "builtins.complex",
        "builtins.range",
        "builtins.slice",
        "lightning.pytorch.callbacks.model_checkpoint.ModelCheckpoint",
        "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
        "pytorch_lightning.utilities.parsing.AttributeDict",
        "torch.serialization._get_layout");

    private static readonly FrozenSet<string> Constructors = FrozenSet.Create(StringComparer.Ordinal,
        "_codecs.encode",
        "builtins.bytearray",
        "builtins.bytes",
        "builtins.dict",
        "builtins.frozenset",
        "builtins.list",
        "builtins.set",
        "builtins.tuple",
        "collections.Counter",
        "collections.OrderedDict",
        "collections.defaultdict",
        "numpy._core.multiarray.scalar",
        "numpy.core.multiarray.scalar",
        "numpy.dtype",
        "torch.Size",
        "torch.Tensor",
        "torch._tensor._rebuild_from_type_v2",
        "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_parameter_with_state",
        "torch._utils._rebuild_tensor",
        "torch._utils._rebuild_tensor_v2",
        "torch._utils._rebuild_tensor_v3",
        "torch.device",
        "torch.nn.parameter.Parameter");

    private static readonly FrozenDictionary<string, ElementType> Types = new Dictionary<string, ElementType>
    {
        ["torch.float32"] = ElementType.Float32,
        ["torch.float16"] = ElementType.Float16,
        ["torch.bfloat16"] = ElementType.BFloat16,
        ["torch.float64"] = ElementType.Float64,
        ["torch.float8_e4m3fn"] = ElementType.Float8E4M3,
        ["torch.float8_e5m2"] = ElementType.Float8E5M2,
        ["torch.int8"] = ElementType.Int8,
        ["torch.uint8"] = ElementType.UInt8,
        ["torch.int16"] = ElementType.Int16,
        ["torch.uint16"] = ElementType.UInt16,
        ["torch.int32"] = ElementType.Int32,
        ["torch.uint32"] = ElementType.UInt32,
        ["torch.int64"] = ElementType.Int64,
        ["torch.uint64"] = ElementType.UInt64,
        ["torch.bool"] = ElementType.Bool,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, ElementType?> StorageTypes = new Dictionary<string, ElementType?>
    {
        ["torch.FloatStorage"] = ElementType.Float32,
        ["torch.HalfStorage"] = ElementType.Float16,
        ["torch.BFloat16Storage"] = ElementType.BFloat16,
        ["torch.DoubleStorage"] = ElementType.Float64,
        ["torch.CharStorage"] = ElementType.Int8,
        ["torch.ByteStorage"] = ElementType.UInt8,
        ["torch.ShortStorage"] = ElementType.Int16,
        ["torch.IntStorage"] = ElementType.Int32,
        ["torch.LongStorage"] = ElementType.Int64,
        ["torch.BoolStorage"] = ElementType.Bool,
        ["torch.UntypedStorage"] = null,
        ["torch.storage.TypedStorage"] = null,
        ["torch.storage.UntypedStorage"] = null,
        ["torch.storage._UntypedStorage"] = null,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What a name stands for: an <see cref="ElementType"/> for a torch dtype, else a <see cref="PickleGlobal"/>.</summary>
    /// <exception cref="InvalidDataException">It is not in the vocabulary.</exception>
    public static object Find(string module, string name)
    {
        // Protocol 2 calls the module of the built-in types by its Python 2 name.
        var fullName = $"{(module == "__builtin__" ? "builtins" : module)}.{name}";
        if (Types.TryGetValue(fullName, out var type))
        {
            return type;
        }

        return Constructors.Contains(fullName) || StorageTypes.ContainsKey(fullName) || IsInert(fullName)
            ? new PickleGlobal(fullName)
            : throw new InvalidDataException($"its pickle asks for '{module}.{name}', which is not data; refused.");
    }

    /// <summary>Whether a name is of a class whose objects are dropped.</summary>
    public static bool IsInert(string fullName) => InertClasses.Contains(fullName);

    /// <summary>Whether a name is of a storage class, and what its elements are; null for bytes.</summary>
    public static bool IsStorage(string fullName, out ElementType? type) => StorageTypes.TryGetValue(fullName, out type);
}
