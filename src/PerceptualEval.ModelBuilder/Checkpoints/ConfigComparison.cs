using System.Globalization;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Checkpoints;

/// <summary>Holds a config against what the weights themselves say, and collects where they differ. Does nothing where there is no config.</summary>
/// <param name="config">The config; null where there is none.</param>
/// <param name="checkpointPath">The weights, for the message.</param>
internal sealed class ConfigComparison(VaeConfig? config, string checkpointPath)
{
    private readonly List<string> _contradictions = [];

    public ConfigComparison Integer(string field, int actual) => Compare(field, config?.Integer(field), actual);

    public ConfigComparison Flag(string field, bool actual) => Compare(field, config?.Flag(field), actual);

    public ConfigComparison Text(string field, string actual) => Compare(field, config?.Text(field), actual);

    public ConfigComparison Integers(string field, IEnumerable<int> actual) =>
        Compare(field, config?.Integers(field) is { } stated ? List(stated) : null, List(actual));

    /// <summary>Fails where the config contradicts the weights.</summary>
    /// <exception cref="ModelException">Lists the fields.</exception>
    public void RequireNone()
    {
        if (_contradictions.Count > 0)
        {
            throw new ModelException(
                $"'{config!.Path}' is not the config of '{checkpointPath}': {string.Join("; ", _contradictions)}. Give the config that came with the weights.");
        }
    }

    private static string List(IEnumerable<int> values) => $"[{string.Join(',', values)}]";

    private ConfigComparison Compare<T>(string field, T? stated, T actual)
        where T : struct
    {
        if (stated is { } value && !value.Equals(actual))
        {
            _contradictions.Add(string.Create(CultureInfo.InvariantCulture, $"{field} is {value}, the weights have {actual}"));
        }

        return this;
    }

    private ConfigComparison Compare(string field, string? stated, string actual)
    {
        if (stated is not null && stated != actual)
        {
            _contradictions.Add($"{field} is {stated}, the weights have {actual}");
        }

        return this;
    }
}
