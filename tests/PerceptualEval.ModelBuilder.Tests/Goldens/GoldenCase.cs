using System.Text.Json;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Goldens;

/// <summary>One case of the goldens that tools/make_model_goldens.py makes.</summary>
internal sealed class GoldenCase
{
    private static readonly string Folder = Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.ModelBuilder.Tests", "Goldens");

    private readonly JsonElement _case;

    private GoldenCase(JsonElement element) => _case = element;

    public string Id => Text("id");

    /// <summary>All cases of a file, in its order.</summary>
    public static GoldenCase[] All(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(element => new GoldenCase(element.Clone()))];
    }

    public static GoldenCase Find(string file, string id) => All(file).Single(golden => golden.Id == id);

    public string Text(string name) => _case.GetProperty(name).GetString()!;

    public bool Flag(string name) => _case.GetProperty(name).GetBoolean();

    public int Integer(string name) => _case.GetProperty(name).GetInt32();

    public double Number(string name) => _case.GetProperty(name).GetDouble();

    /// <summary>The numbers of an array, of an array of arrays one after the other, or null where the golden has none.</summary>
    public double[]? Numbers(string name) => _case.GetProperty(name) is { ValueKind: not JsonValueKind.Null } array ? [.. Flatten(array)] : null;

    /// <summary>The tensor that was stored with the case.</summary>
    public TensorBuffer Tensor() => Measured.ReadNpy(Path.Combine(Folder, $"{Id}.npy"));

    private static IEnumerable<double> Flatten(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().SelectMany(Flatten) : [element.GetDouble()];
}
