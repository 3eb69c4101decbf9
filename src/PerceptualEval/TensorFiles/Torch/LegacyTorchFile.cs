using System.Numerics;
using PerceptualEval.TensorFiles.Sources;

namespace PerceptualEval.TensorFiles.Torch;

/// <summary>
/// Files of <c>torch.save</c> before 1.6: pickles of a magic number, a protocol version, facts about the machine, the object itself
/// and the keys of its storages, followed by the storages, always little-endian.
/// </summary>
internal static class LegacyTorchFile
{
    private const long ProtocolVersion = 1001;

    // MAGIC_NUMBER of torch/serialization.py.
    private static readonly BigInteger MagicNumber = BigInteger.Parse("119547037146038801333356", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether a file with these first bytes is a pickle.</summary>
    public static bool Recognises(ReadOnlySpan<byte> prefix) => prefix is [0x80, >= 2 and <= 5, ..];

    /// <summary>Lists what the file's pickle describes.</summary>
    /// <exception cref="InvalidDataException">The pickle is hostile or not torch's, or storages are missing or short.</exception>
    public static TensorListing List(ByteSource file)
    {
        var input = new PickleInput(file);
        var objects = new TorchObjects();
        object? Next() => new Unpickler(input, objects).Load();

        if (Next() is not BigInteger magic || magic != MagicNumber)
        {
            throw new InvalidDataException("is a pickle, but not one of torch.save. Save the tensors with torch.save or numpy.save.");
        }

        if (Next() is not ProtocolVersion)
        {
            throw new InvalidDataException($"is a torch file of an unknown version; expected {ProtocolVersion}");
        }

        Next();
        var start = input.Position;
        var root = Next();
        var pickleLength = input.Position - start;
        var places = Place(file, input, Next(), objects.Storages);
        return new TorchListing(storage => places[storage.Key], bigEndian: false).List(root, pickleLength);
    }

    private static Dictionary<string, ByteSource> Place(
        ByteSource file, PickleInput input, object? keys, IReadOnlyDictionary<string, TorchStorage> storages)
    {
        var places = new Dictionary<string, ByteSource>(StringComparer.Ordinal);
        foreach (var item in (keys as PickleList ?? throw Damaged("has no list of storages")).Items)
        {
            if (item is not string key || !storages.TryGetValue(key, out var storage))
            {
                throw Damaged($"stores '{item}', which its pickle does not refer to");
            }

            var count = input.UInt64();
            if (count != (ulong)storage.ElementCount)
            {
                throw Damaged($"stores {count} elements as '{key}'; its pickle says {storage.ElementCount}");
            }

            var left = file.Length - input.Position;
            if (storage.ByteLength > left)
            {
                throw Damaged($"ends {storage.ByteLength - left} bytes too early, within storage '{key}' of {storage.ByteLength}");
            }

            if (!places.TryAdd(key, new SourceRange(file, input.Position, (long)storage.ByteLength)))
            {
                throw Damaged($"stores '{key}' twice");
            }

            input.Skip((long)storage.ByteLength);
        }

        return places.Count == storages.Count
            ? places
            : throw Damaged($"stores {places.Count} of the {storages.Count} storages that its pickle refers to");
    }

    private static InvalidDataException Damaged(string problem) => new($"{problem}; the file is damaged, copy or download it again");
}
