using System.Globalization;

namespace PerceptualEval.Cli.Datasets.Pairs;

/// <summary>Counts what has no partner, and remembers the first names of each kind for the message.</summary>
internal sealed class LeftOut
{
    private const int NamesShown = 5;

    private readonly Dictionary<string, (int Count, List<string> First)> _byReason = [];

    /// <summary>Whether nothing was left out.</summary>
    public bool IsEmpty => _byReason.Count == 0;

    /// <summary>Says why something is left out whose partner is missing.</summary>
    public static string NoPartner(DatasetInput found, DatasetInput missing) => $"in {found} without a partner in {missing}";

    /// <summary>Adds one.</summary>
    /// <param name="reason">Why, so that the message reads <c>3 {reason}: names</c>.</param>
    /// <param name="name">Its id or place.</param>
    public void Add(string reason, string name)
    {
        var (count, first) = _byReason.GetValueOrDefault(reason, (0, []));
        if (count < NamesShown)
        {
            first.Add(name);
        }

        _byReason[reason] = (count + 1, first);
    }

    /// <summary>Refuses what was left out, unless the user allows it.</summary>
    /// <param name="allowMissing">Whether <c>--allow-missing</c> was given.</param>
    /// <exception cref="DatasetException">Something was left out, and that is not allowed.</exception>
    public void RefuseUnless(bool allowMissing)
    {
        if (!allowMissing && !IsEmpty)
        {
            throw new DatasetException($"{this}. Add what is missing, or leave these out with --allow-missing.");
        }
    }

    /// <summary>What was left out, in one line: how many of each kind, and the first names.</summary>
    public override string ToString() => string.Join("; ", _byReason.Select(entry => Describe(entry.Key, entry.Value.Count, entry.Value.First)));

    private static string Describe(string reason, int count, List<string> first)
    {
        var more = count > first.Count ? ", …" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{count} {reason}: {string.Join(", ", first)}{more}");
    }
}
