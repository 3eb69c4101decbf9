using System.Globalization;

namespace PerceptualEval.Cli.Results;

/// <summary>Numbers for people: four significant digits, with their zeros, so that a column can be compared at a glance.</summary>
internal static class FourDigits
{
    /// <summary>What stands where there is no number.</summary>
    public const string None = "-";

    // Beyond these powers of ten the zeros would outnumber the digits.
    private const int SmallestPlain = -5;
    private const int LargestPlain = 6;

    /// <summary>Writes a number: <c>0.1235</c>, <c>12.30</c>, <c>1.235e-07</c>; <c>0</c> where it is exactly 0.</summary>
    public static string Format(double? value)
    {
        if (value is not { } number)
        {
            return None;
        }

        if (number == 0 || !double.IsFinite(number))
        {
            return number.ToString(CultureInfo.InvariantCulture);
        }

        // Rounded to four digits first: 9.99996 has one more digit before the point than it seems.
        var rounded = number.ToString("0.000e+00", CultureInfo.InvariantCulture);
        var exponent = rounded.AsSpan(rounded.IndexOf('e', StringComparison.Ordinal) + 1);
        var power = int.Parse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return power is < SmallestPlain or > LargestPlain
            ? rounded
            : number.ToString($"F{Math.Max(0, 3 - power)}", CultureInfo.InvariantCulture);
    }
}
