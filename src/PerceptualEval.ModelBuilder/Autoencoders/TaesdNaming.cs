using System.Globalization;

namespace PerceptualEval.ModelBuilder.Autoencoders;

/// <summary>
/// Translates the names that the TAESD family's parameters have in checkpoints to the original ones of one side (<c>taesd.py</c>: the index
/// in the sequence of layers). Known are the original's own, alone or both sides in one file, and diffusers' AutoencoderTiny.
/// </summary>
internal sealed class TaesdNaming
{
    private readonly string _prefix;
    private readonly int _offset;

    private TaesdNaming(string prefix, int offset) => (_prefix, _offset) = (prefix, offset);

    /// <summary>Finds a side's parameters in a checkpoint; null where there are none.</summary>
    /// <param name="names">The names of all tensors.</param>
    /// <param name="side"><c>decoder</c> or <c>encoder</c>.</param>
    public static TaesdNaming? Find(IReadOnlySet<string> names, string side)
    {
        // diffusers' decoder has no layer for the clamp, so its indices are 1 less.
        TaesdNaming[] known =
        [
            new($"{side}.layers.", side == "decoder" ? 1 : 0), new($"{side}.", 0), new($"taesd_{side}.", 0), new(string.Empty, 0),
        ];

        // A decoder begins with the clamp (0), a convolution (1) and a ReLU (2); an encoder with a convolution and a block, or at 1/32
        // with two convolutions, each followed by a ReLU, and a block.
        return side == "decoder"
            ? known.FirstOrDefault(naming => names.Contains(naming.Key("1.weight")) && names.Contains(naming.Key("3.conv.0.weight")))
            : known.FirstOrDefault(naming => names.Contains(naming.Key("0.weight"))
                && (names.Contains(naming.Key("1.conv.0.weight")) || (names.Contains(naming.Key("2.weight")) && names.Contains(naming.Key("4.conv.0.weight")))));
    }

    /// <summary>The names of the side, without their prefix.</summary>
    public IEnumerable<string> Within(IEnumerable<string> names) =>
        names.Where(name => name.StartsWith(_prefix, StringComparison.Ordinal)).Select(name => name[_prefix.Length..]);

    /// <summary>The parameter's name in the original; null for what belongs to something else.</summary>
    public string? Parameter(string key) =>
        key.StartsWith(_prefix, StringComparison.Ordinal) && key[_prefix.Length..].Split('.', 2) is [var index, var rest]
            && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var layer)
            ? $"{layer + _offset}.{rest}"
            : null;

    private string Key(string original)
    {
        var parts = original.Split('.', 2);
        return $"{_prefix}{int.Parse(parts[0], CultureInfo.InvariantCulture) - _offset}.{parts[1]}";
    }
}
