using System.Text.Json;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Checkpoints;

/// <summary>A diffusers <c>config.json</c>. Fields that are absent or null are null here; the classes' own defaults are the readers' business.</summary>
internal sealed class VaeConfig
{
    private readonly JsonElement _root;

    private VaeConfig(string path, JsonElement root) => (Path, _root) = (path, root);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The diffusers class that the config is of.</summary>
    public string ClassName => Field("_class_name") is { ValueKind: JsonValueKind.String } name
        ? name.GetString()!
        : throw new ModelException($"'{Path}': has no _class_name; expected a diffusers config.json of a VAE.");

    /// <summary>Reads a config.</summary>
    /// <exception cref="ModelException">The file can't be read, or is no diffusers config.</exception>
    public static VaeConfig Load(string path)
    {
        var config = new VaeConfig(path, JsonFile.Read(path));
        _ = config.ClassName;
        return config;
    }

    /// <summary>A whole number.</summary>
    /// <exception cref="ModelException">The field holds something else.</exception>
    public int? Integer(string name) =>
        Field(name) is { } field ? field.TryGetIntegerOrNull() ?? throw Wrong(name, field, "a whole number") : null;

    /// <summary>A number.</summary>
    /// <exception cref="ModelException">The field holds something else.</exception>
    public double? Number(string name) =>
        Field(name) is { } field ? field.TryGetNumberOrNull() ?? throw Wrong(name, field, "a number") : null;

    /// <summary>A truth value.</summary>
    /// <exception cref="ModelException">The field holds something else.</exception>
    public bool? Flag(string name) => Field(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } field => throw Wrong(name, field, "true or false"),
    };

    /// <summary>A string.</summary>
    /// <exception cref="ModelException">The field holds something else.</exception>
    public string? Text(string name) => Field(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } field => field.GetString(),
        { } field => throw Wrong(name, field, "a string"),
    };

    /// <summary>A list of whole numbers.</summary>
    /// <exception cref="ModelException">The field holds something else.</exception>
    public IReadOnlyList<int>? Integers(string name) => List(name, element => element.TryGetIntegerOrNull(), "a list of whole numbers");

    /// <summary>A list of numbers.</summary>
    /// <exception cref="ModelException">The field holds something else.</exception>
    public IReadOnlyList<double>? Numbers(string name) => List(name, element => element.TryGetNumberOrNull(), "a list of numbers");

    private T[]? List<T>(string name, Func<JsonElement, T?> read, string expected)
        where T : struct
    {
        if (Field(name) is not { } field)
        {
            return null;
        }

        return field.ValueKind == JsonValueKind.Array
            ? [.. field.EnumerateArray().Select(element => read(element) ?? throw Wrong(name, field, expected))]
            : throw Wrong(name, field, expected);
    }

    private JsonElement? Field(string name) =>
        _root.TryGetProperty(name, out var field) && field.ValueKind != JsonValueKind.Null ? field : null;

    private ModelException Wrong(string name, JsonElement found, string expected) =>
        new($"'{Path}': {name} is {found.GetRawText().ReplaceLineEndings(" ")}; expected {expected}.");
}

file static class JsonElementExtensions
{
    public static int? TryGetIntegerOrNull(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) ? value : null;

    public static double? TryGetNumberOrNull(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var value) && double.IsFinite(value) ? value : null;
}
