using System.Text.Json;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Reference;

/// <summary>One case of ../shared/reference/cases.json. Without that folder the test that asks for it is skipped, by name.</summary>
internal sealed class ReferenceCase
{
    private static readonly Lazy<JsonDocument> Document =
        new(() => JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Require("reference", "cases.json"))));

    private readonly JsonElement _case;

    private ReferenceCase(JsonElement element) => _case = element;

    public JsonElement Config => _case.GetProperty("config");

    public JsonElement Expected => _case.GetProperty("expected");

    public static ReferenceCase Find(string id)
    {
        SharedFolder.Require("reference", "cases.json");
        return new(All().Single(element => element.GetProperty("id").GetString() == id));
    }

    /// <summary>The ids of all cases of a kind, in the file's order.</summary>
    public static string[] Ids(string kind)
    {
        SharedFolder.Require("reference", "cases.json");
        return [.. All().Where(element => element.GetProperty("kind").GetString() == kind).Select(element => element.GetProperty("id").GetString()!)];
    }

    public TensorBuffer Input(string name) => Read(_case.GetProperty("inputs").GetProperty(name).GetString()!);

    public TensorBuffer? OptionalInput(string name) =>
        _case.GetProperty("inputs").TryGetProperty(name, out var path) ? Read(path.GetString()!) : null;

    /// <summary>A tensor file of the reference folder.</summary>
    public static TensorBuffer Read(string path) => Measured.ReadNpy(SharedFolder.Require("reference", path));

    public static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];

    private static JsonElement.ArrayEnumerator All() => Document.Value.RootElement.GetProperty("cases").EnumerateArray();
}
