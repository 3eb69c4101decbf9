using System.Text;
using PerceptualEval.TensorFiles.Numpy;
using PerceptualEval.Tensors;

namespace PerceptualEval.TensorFiles.Torch;

/// <summary>Builds the data that a torch pickle describes, out of names, arguments and references to storages.</summary>
internal sealed class TorchObjects
{
    // A few bytes of pickle can ask for a copy of all that came before, again and again. Characters and items, in all copies together.
    private const long MaxCopied = 16 << 20;

    private readonly Dictionary<string, TorchStorage> _storages = new(StringComparer.Ordinal);
    private long _copied;

    /// <summary>The storages that were referred to, by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => _storages;

    /// <summary>The data that a class or function of the vocabulary makes of its arguments.</summary>
    /// <exception cref="InvalidDataException">The arguments are not those that torch writes, or are copied beyond measure.</exception>
    public object? Call(PickleGlobal global, object?[] arguments) => (global.FullName, arguments) switch
    {
        ("torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2",
            [TorchStorageView view, long offset, object?[] shape, object?[] strides, ..]) =>
            Tensor(view, view.Storage.Type, offset, shape, strides),
        ("torch._utils._rebuild_tensor_v3",
            [TorchStorageView view, long offset, object?[] shape, object?[] strides, _, _, ElementType type, ..]) =>
            Tensor(view, type, offset, shape, strides),
        ("torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state", [TorchTensor tensor, ..]) => tensor,
        ("torch._tensor._rebuild_from_type_v2", [PickleGlobal function, _, object?[] inner, ..])
            when function.FullName.StartsWith("torch._utils.", StringComparison.Ordinal) => Call(function, inner),
        ("torch.Size" or "builtins.tuple", [object?[] items]) => items,
        ("torch.device", [string device, ..]) => device,
        ("collections.OrderedDict" or "collections.defaultdict" or "collections.Counter" or "builtins.dict", _) => Dict(arguments),
        ("builtins.list" or "builtins.set" or "builtins.frozenset", []) => new PickleList(),
        ("builtins.list" or "builtins.set" or "builtins.frozenset", [PickleList items]) => items,
        ("builtins.bytes" or "builtins.bytearray", []) => Array.Empty<byte>(),
        ("builtins.bytes" or "builtins.bytearray", [byte[] bytes, ..]) => bytes,
        ("builtins.bytearray", [string text, "latin-1"]) => Latin1(text),
        ("_codecs.encode", [string text, "latin1"]) => Latin1(text),
        ("numpy.dtype", [string code, ..]) => new NumpyScalarType(code),
        ("numpy.core.multiarray.scalar" or "numpy._core.multiarray.scalar", [NumpyScalarType type, byte[] value]) => Scalar(type, value),
        _ when TorchVocabulary.IsInert(global.FullName) => new PickleOpaque(global.FullName),
        _ => throw new InvalidDataException($"its pickle calls '{global.FullName}' with arguments that torch.save does not write; refused."),
    };

    /// <summary>What BUILD does: attributes of objects are no data of ours, except the byte order of a numpy type.</summary>
    public static void SetState(object? target, object? state)
    {
        if (target is NumpyScalarType type && state is object?[] and [_, string byteOrder, ..])
        {
            type.BigEndian = NumpyType.IsBigEndian(byteOrder);
        }
        else if (target is not (PickleDict or PickleList or PickleOpaque or TorchTensor or NumpyScalarType))
        {
            throw new InvalidDataException("its pickle is damaged: it sets the state of a value that has none");
        }
    }

    /// <summary>The storage that a persistent id names: ('storage', class, key, location, element count[, view]).</summary>
    /// <exception cref="InvalidDataException">The id is something else.</exception>
    public TorchStorageView Resolve(object? persistentId)
    {
        if (persistentId is not object?[] id
            || id is not ["storage", PickleGlobal kind, string key, _, long count and >= 0, ..]
            || !TorchVocabulary.IsStorage(kind.FullName, out var type))
        {
            throw new InvalidDataException("its pickle refers to something else than a tensor's storage; refused.");
        }

        var storage = new TorchStorage(key, type, count);
        if (!_storages.TryAdd(key, storage) && _storages[key] != storage)
        {
            throw new InvalidDataException($"its pickle describes storage '{key}' in two ways; refused.");
        }

        // In legacy files a view may follow: (key, first element, length).
        return new TorchStorageView(storage, id is [_, _, _, _, _, object?[] and [_, long first and >= 0, ..]] ? first : 0);
    }

    private static TorchTensor Tensor(TorchStorageView view, ElementType? type, long offset, object?[] shape, object?[] strides)
    {
        if (shape.Length > StoredTensor.MaxRank || strides.Length != shape.Length)
        {
            throw new InvalidDataException(
                $"its pickle describes a tensor of {shape.Length} lengths and {strides.Length} strides; expected as many of both, at most {StoredTensor.MaxRank}");
        }

        var (dimensions, steps) = (Integers(shape), Integers(strides));
        if (type is null || offset < 0 || offset > long.MaxValue - view.FirstElement || !TensorShape.TryCountElements(dimensions, out _))
        {
            throw new InvalidDataException(
                $"its pickle describes an impossible tensor: shape [{string.Join(',', dimensions)}], strides [{string.Join(',', steps)}], offset {offset}");
        }

        return new TorchTensor(view.Storage, type.Value, view.FirstElement + offset, new TensorShape(dimensions), steps);
    }

    private static long[] Integers(object?[] items) => [.. items.Select(item => item is long value and >= 0
        ? value
        : throw new InvalidDataException($"its pickle describes a tensor with the length or stride '{item}'; expected whole numbers from 0"))];

    // OrderedDict() and Counter({...}) and OrderedDict([[key, value], ...]) and defaultdict(factory).
    private PickleDict Dict(object?[] arguments)
    {
        var dict = new PickleDict();
        switch (arguments is [] ? null : arguments[^1])
        {
            case PickleDict other:
                CountCopied(other.Items.Count);
                dict.Items.AddRange(other.Items);
                break;
            case PickleList pairs:
                CountCopied(pairs.Items.Count);
                foreach (var item in pairs.Items)
                {
                    var pair = item as object?[] ?? (item as PickleList)?.Items.ToArray();
                    dict.Items.Add(pair is [var key, var value]
                        ? new(key, value)
                        : throw new InvalidDataException("its pickle is damaged: a dict is made of something else than pairs"));
                }

                break;
        }

        return dict;
    }

    private byte[] Latin1(string text)
    {
        CountCopied(text.Length);
        return Encoding.Latin1.GetBytes(text);
    }

    private void CountCopied(int count)
    {
        _copied += count;
        if (_copied > MaxCopied)
        {
            throw new InvalidDataException($"its pickle copies more than {MaxCopied} characters and items of its own; refused.");
        }
    }

    private static object Scalar(NumpyScalarType type, byte[] stored)
    {
        var size = type.Type.ByteSize();
        if (stored.Length != size)
        {
            throw new InvalidDataException($"its pickle is damaged: {stored.Length} bytes for a numpy scalar of {type.Type}");
        }

        var bytes = stored.ToArray();
        if (type.BigEndian)
        {
            ElementConversion.ReverseByteOrder(bytes, size);
        }

        switch (type.Type)
        {
            case ElementType.Bool:
                return bytes[0] != 0;
            case ElementType.Int64:
                return BitConverter.ToInt64(bytes);
            case ElementType.UInt64:
                return BitConverter.ToUInt64(bytes);
            case ElementType.Float64:
                return BitConverter.ToDouble(bytes);
            case ElementType.Int32:
                return (long)BitConverter.ToInt32(bytes);
            case ElementType.UInt32:
                return (long)BitConverter.ToUInt32(bytes);
            default:
                // Exact in float32.
                Span<float> value = stackalloc float[1];
                ElementConversion.ToSingle(type.Type, bytes, value);
                return value[0];
        }
    }
}
