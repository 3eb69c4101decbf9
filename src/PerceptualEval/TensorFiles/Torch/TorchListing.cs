using System.Globalization;
using PerceptualEval.TensorFiles.Sources;

namespace PerceptualEval.TensorFiles.Torch;

/// <summary>Walks what a torch pickle holds: tensors become entries, strings and numbers metadata, both named by their key path.</summary>
/// <param name="place">Where a storage's bytes are.</param>
/// <param name="bigEndian">Whether they were written by a big-endian machine.</param>
internal sealed class TorchListing(Func<TorchStorage, ByteSource> place, bool bigEndian)
{
    private const int MaxDepth = 100;

    // A pickle can refer to one list from everywhere, so a few bytes can describe a tree of any size. The names and texts of everything
    // that is listed may take this many characters, and some for every byte of pickle; being listed costs as much as a few of them.
    private const long BaseBudget = 1 << 20;
    private const long BudgetPerByte = 64;
    private const int EntryCost = 16;

    private readonly List<StoredTensor> _tensors = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<TorchStorage, ByteSource> _sources = [];
    private long _budget;

    /// <summary>Lists what hangs from the root of a pickle.</summary>
    public TensorListing List(object? root, long pickleLength, IDisposable? container = null)
    {
        _budget = BaseBudget + (BudgetPerByte * pickleLength);
        Visit(root, "", 0);
        return new TensorListing("torch", _tensors, _metadata, container);
    }

    private void Visit(object? value, string path, int depth)
    {
        Spend(path.Length + EntryCost, depth);
        switch (value)
        {
            case TorchTensor tensor:
                _tensors.Add(Describe(tensor, path));
                break;
            case PickleDict dict:
                foreach (var (key, item) in dict.Items)
                {
                    // Keys that are no text or number (tuples, objects) occur in no known checkpoint; they lead to no name.
                    if (Text(key) is { } name)
                    {
                        Visit(item, Join(path, name), depth + 1);
                    }
                }

                break;
            case PickleList list:
                VisitItems(list.Items, path, depth);
                break;
            case object?[] tuple:
                VisitItems(tuple, path, depth);
                break;
            default:
                if (Text(value) is { } text)
                {
                    Spend(text.Length, depth);
                    _metadata[path] = text;
                }

                break;
        }
    }

    private void Spend(int cost, int depth)
    {
        _budget -= cost;
        if (depth > MaxDepth || _budget < 0)
        {
            throw new InvalidDataException($"its pickle nests deeper than {MaxDepth} levels or repeats itself too often; refused.");
        }
    }

    private void VisitItems(IReadOnlyList<object?> items, string path, int depth)
    {
        for (var i = 0; i < items.Count; i++)
        {
            Visit(items[i], Join(path, i.ToString(CultureInfo.InvariantCulture)), depth + 1);
        }
    }

    private StoredTensor Describe(TorchTensor tensor, string path)
    {
        if (!_sources.TryGetValue(tensor.Storage, out var source))
        {
            source = place(tensor.Storage);
            _sources.Add(tensor.Storage, source);
        }

        var entry = new TensorEntry(path, tensor.Shape, tensor.Type);
        return StoredTensor.AtElement(entry, source, tensor.Offset, bigEndian, tensor.Strides);
    }

    private static string? Text(object? value) => value switch
    {
        string text => text,
        bool truth => truth ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}/{key}";
}
