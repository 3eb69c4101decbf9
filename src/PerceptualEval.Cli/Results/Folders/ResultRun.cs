using System.Text;
using System.Text.Json;

namespace PerceptualEval.Cli.Results.Folders;

/// <summary>What a run is: two runs with the same answer give the same results, so one may continue the other.</summary>
/// <param name="Verb">The verb: <c>score</c>, <c>compare</c>.</param>
/// <param name="Asked">Inputs and options by name, as given, without those that leave the results as they are.</param>
/// <param name="Provenance">What the results depend on, as in <c>--json</c>: an object.</param>
internal sealed record ResultRun(string Verb, IReadOnlyDictionary<string, string> Asked, JsonElement Provenance)
{
    /// <summary>The provenance's field that says which part of a dataset was run: <c>1/3</c>.</summary>
    public const string ShardField = "shard";

    /// <summary>The provenance's field that says where it ran.</summary>
    public const string DeviceField = "device";

    /// <summary>The name in <see cref="Asked"/> of what a comparison's checkpoints are compared with.</summary>
    public const string BaselineField = "baseline";

    /// <summary>The name in <see cref="Asked"/> of the seed.</summary>
    public const string SeedField = "seed";

    /// <summary>What is between the values of an option that is given more than once.</summary>
    public const char Separator = '\n';

    /// <summary>The run of a folder.</summary>
    public static ResultRun Of(ResultManifest manifest) => new(manifest.Verb, manifest.Run, manifest.Provenance);

    /// <summary>Says how a run differs from one whose results are there.</summary>
    /// <param name="there">The other run.</param>
    /// <param name="exceptShard">Whether they may be shards of one run.</param>
    /// <returns>The first difference, such as <c>pred is 'a' there, 'b' now</c>; null where there is none.</returns>
    public string? DifferenceTo(ResultRun there, bool exceptShard = false)
    {
        var (ours, theirs) = (Fields(exceptShard), there.Fields(exceptShard));
        return ours.Keys.Union(theirs.Keys)
            .Where(field => ours.GetValueOrDefault(field) != theirs.GetValueOrDefault(field))
            .Select(field => $"{field.Name} is {Text(theirs.GetValueOrDefault(field))} there, {Text(ours.GetValueOrDefault(field))} now")
            .FirstOrDefault();
    }

    /// <summary>JSON without the line breaks of the file that it was read from.</summary>
    public static string OnOneLine(JsonElement json) => Encoding.UTF8.GetString(ResultJson.Bytes(json, ResultJson.Default.JsonElement));

    private static string Text(string? value) => value is null ? "not given" : $"'{value}'";

    private Dictionary<(bool IsAsked, string Name), string> Fields(bool exceptShard)
    {
        var fields = new Dictionary<(bool IsAsked, string Name), string> { [(false, "verb")] = Verb };
        foreach (var (name, value) in Asked)
        {
            // What was asked for may have the name of what came of it: units as given, and units of the scores.
            fields[(true, name)] = value;
        }

        foreach (var property in Provenance.EnumerateObject().Where(property => !(exceptShard && property.NameEquals(ShardField))))
        {
            // Shards run on several GPUs of one kind; which one is no difference.
            var value = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : OnOneLine(property.Value);
            fields[(false, property.Name)] = property.NameEquals(DeviceField) ? value.Split(':')[0] : value;
        }

        return fields;
    }
}
