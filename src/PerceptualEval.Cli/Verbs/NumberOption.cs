using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Options that take a number; what is none, or out of range, is refused by name while the command line is read.</summary>
internal static class NumberOption
{
    /// <summary>What <see cref="CountOrAuto"/> gives for <c>auto</c>.</summary>
    public const int Auto = 0;

    /// <summary>An option for a whole number of at least 1; null where it is not given.</summary>
    public static Option<int?> Count(string name, string description) => Counting(name, description, takesAuto: false);

    /// <summary>An option for a whole number of at least 1, or for <c>auto</c>; null where it is not given.</summary>
    public static Option<int?> CountOrAuto(string name, string description) => Counting(name, description, takesAuto: true);

    /// <summary>An option for a finite number; null where it is not given.</summary>
    public static Option<double?> Finite(string name, string description) => new(name)
    {
        HelpName = "X",
        Description = description,
        CustomParser = given =>
        {
            var value = Number(given);
            if (value is null)
            {
                Refuse(given, name, "a finite number");
            }

            return value;
        },
    };

    /// <summary>An option for the weight of a term: a finite number of at least 0.</summary>
    public static Option<double> Weight(string name, string description, double defaultWeight) => new(name)
    {
        HelpName = "W",
        Description = description,
        DefaultValueFactory = _ => defaultWeight,
        CustomParser = given =>
        {
            if (Number(given) is >= 0 and var weight)
            {
                return weight;
            }

            Refuse(given, name, "a finite number of at least 0");
            return defaultWeight;
        },
    };

    private static Option<int?> Counting(string name, string description, bool takesAuto) => new(name)
    {
        HelpName = takesAuto ? "N|auto" : "N",
        Description = description,
        CustomParser = given =>
        {
            if (takesAuto && Text(given) == "auto")
            {
                return Auto;
            }

            if (int.TryParse(Text(given), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= 1)
            {
                return value;
            }

            Refuse(given, name, takesAuto ? "a whole number of at least 1, or auto" : "a whole number of at least 1");
            return null;
        },
    };

    private static string Text(ArgumentResult given) => given.Tokens[0].Value;

    private static double? Number(ArgumentResult given) =>
        double.TryParse(Text(given), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    private static void Refuse(ArgumentResult given, string name, string expected) => given.AddError($"{name} {Text(given)}: expected {expected}");
}
