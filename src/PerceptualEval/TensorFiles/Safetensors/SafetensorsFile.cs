using System.Buffers.Binary;
using System.Text.Json;
using PerceptualEval.TensorFiles.Sources;
using PerceptualEval.Tensors;

namespace PerceptualEval.TensorFiles.Safetensors;

/// <summary>The .safetensors container: eight bytes of header length, a JSON header, and the values.</summary>
/// <remarks>
/// As the reference implementation does, it demands that the tensors fill the rest of the file without gaps or overlaps.
/// </remarks>
internal static class SafetensorsFile
{
    private const int LengthBytes = 8;

    // The reference implementation's limit.
    private const long MaxHeaderLength = 100_000_000;

    /// <summary>Whether a file with these first bytes is a .safetensors file, though perhaps a damaged one.</summary>
    public static bool Recognises(ReadOnlySpan<byte> prefix) =>
        prefix.Length > LengthBytes && prefix[LengthBytes] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(prefix) < 1UL << 48;

    /// <summary>Lists the tensors, in the order of their values.</summary>
    /// <exception cref="InvalidDataException">The header is damaged or does not describe the file.</exception>
    public static TensorListing List(ByteSource file)
    {
        Span<byte> prefix = stackalloc byte[LengthBytes];
        file.Read(0, prefix);
        var length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (length > Math.Min(MaxHeaderLength, file.Length - LengthBytes))
        {
            throw new InvalidDataException(
                $"claims a safetensors header of {length} bytes; {file.Length - LengthBytes} follow and at most {MaxHeaderLength} are read. "
                + "The file is cut off or damaged; copy or download it again.");
        }

        var header = new byte[length];
        file.Read(LengthBytes, header);
        try
        {
            return Parse(header, file);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not valid Unicode.
            throw new InvalidDataException($"its safetensors header is damaged ({e.Message})", e);
        }
    }

    private static TensorListing Parse(ReadOnlySpan<byte> header, ByteSource file)
    {
        var json = new Utf8JsonReader(header);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var items = new List<Item>();
        json.Read();
        Require(json.TokenType == JsonTokenType.StartObject, "expected an object");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            if (name == "__metadata__")
            {
                ReadMetadata(ref json, metadata);
            }
            else
            {
                items.Add(ReadItem(ref json, name));
            }
        }

        // Trailing spaces pad the header; anything else after the object makes the JSON reader throw.
        json.Read();
        var start = LengthBytes + header.Length;
        var tensors = new List<StoredTensor>(items.Count);
        long end = 0;
        foreach (var item in items.OrderBy(item => item.Begin).ThenBy(item => item.End))
        {
            Require(item.Begin == end, $"tensor '{item.Entry.Name}' begins at byte {item.Begin} of the values, expected {end}: they overlap or leave a gap");
            end = item.End;
            Require(end <= file.Length - start,
                $"tensor '{item.Entry.Name}' ends at byte {end} of the values; the file holds {file.Length - start}. It is cut off; copy or download it again.");
            tensors.Add(new StoredTensor(item.Entry, file, start + item.Begin));
        }

        Require(end == file.Length - start, $"its tensors end at byte {end} of the values; the file holds {file.Length - start}");
        return new TensorListing("safetensors", tensors, metadata);
    }

    private static Item ReadItem(ref Utf8JsonReader json, string name)
    {
        string? type = null;
        long[]? dimensions = null;
        long[]? range = null;
        Require(json.TokenType == JsonTokenType.StartObject, $"tensor '{name}' is no object");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var key = json.GetString();
            json.Read();
            switch (key)
            {
                case "dtype":
                    Require(json.TokenType == JsonTokenType.String, $"tensor '{name}': dtype is no string");
                    type = json.GetString();
                    break;
                case "shape":
                    dimensions = ReadIntegers(ref json, name, key);
                    break;
                case "data_offsets":
                    range = ReadIntegers(ref json, name, key);
                    break;
                default:
                    throw new InvalidDataException($"its safetensors header is damaged: tensor '{name}' has the unknown key '{key}'");
            }
        }

        Require(type is not null && dimensions is not null && range is { Length: 2 }, $"tensor '{name}' lacks dtype, shape or data_offsets");
        var elementType = ParseType(type!, name);
        Require(TensorShape.TryCountElements(dimensions, out var count), $"tensor '{name}' has an impossible shape");
        Require((Int128)count * elementType.ByteSize() == (Int128)range![1] - range[0],
            $"tensor '{name}': shape [{string.Join(',', dimensions!)}] of {type} does not fill the bytes {range[0]} to {range[1]}");
        return new Item(new TensorEntry(name, new TensorShape(dimensions), elementType), range[0], range[1]);
    }

    private static void ReadMetadata(ref Utf8JsonReader json, Dictionary<string, string> metadata)
    {
        Require(json.TokenType == JsonTokenType.StartObject, "__metadata__ is no object");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var key = json.GetString()!;
            json.Read();
            Require(json.TokenType == JsonTokenType.String, $"__metadata__ '{key}' is no string");
            metadata[key] = json.GetString()!;
        }
    }

    private static long[] ReadIntegers(ref Utf8JsonReader json, string name, string key)
    {
        var values = new List<long>();
        Require(json.TokenType == JsonTokenType.StartArray, $"tensor '{name}': {key} is no array");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            long value = -1;
            Require(json.TokenType == JsonTokenType.Number && json.TryGetInt64(out value) && value >= 0,
                $"tensor '{name}': {key} holds something else than whole numbers from 0");
            values.Add(value);
        }

        return [.. values];
    }

    private static ElementType ParseType(string type, string name) => type switch
    {
        "F32" => ElementType.Float32,
        "F16" => ElementType.Float16,
        "BF16" => ElementType.BFloat16,
        "F64" => ElementType.Float64,
        "F8_E4M3" => ElementType.Float8E4M3,
        "F8_E5M2" => ElementType.Float8E5M2,
        "I8" => ElementType.Int8,
        "U8" => ElementType.UInt8,
        "I16" => ElementType.Int16,
        "U16" => ElementType.UInt16,
        "I32" => ElementType.Int32,
        "U32" => ElementType.UInt32,
        "I64" => ElementType.Int64,
        "U64" => ElementType.UInt64,
        "BOOL" => ElementType.Bool,
        _ => throw new InvalidDataException($"tensor '{name}' is of type '{type}', which is not read. Save it as F32, F16 or BF16."),
    };

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new InvalidDataException($"its safetensors header is damaged: {problem}");
        }
    }

    private readonly record struct Item(TensorEntry Entry, long Begin, long End);
}
