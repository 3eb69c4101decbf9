using PerceptualEval.Models;

namespace PerceptualEval.Cli.Inspection;

/// <summary>
/// Says where latents do not look like the units that they are said to be in. Diffusion models train on values with a standard
/// deviation of about 1; what VAE encoders return is 1/scaling of that. A hint for people: an unusual dataset may have any values.
/// </summary>
internal static class UnitHint
{
    // Latents of single images spread from half to twice of what the dataset that the scaling was measured on does.
    private const double Tolerance = 2;

    // Channels and 1/scaling of the families whose raw latents do not look like model latents anyway.
    private static readonly (int Channels, string Family, double RawStd)[] Families =
    [
        (4, "SDXL", 1 / 0.13025),
        (4, "SD 1 and 2", 1 / 0.18215),
        (16, "FLUX.1", 1 / 0.3611),
        (32, "Sana", 1 / 0.41407),
    ];

    /// <summary>The hint, or null where nothing is unusual.</summary>
    /// <param name="channels">How many channels a sample has.</param>
    /// <param name="units">The units that the latents are said to be in; null where nobody says.</param>
    /// <param name="std">The standard deviation of all values.</param>
    public static string? Of(long channels, LatentUnits? units, double std)
    {
        var nearest = Families.Where(family => family.Channels == channels && IsNear(std, family.RawStd))
            .OrderBy(family => Math.Abs(Math.Log(std / family.RawStd))).Select(family => ((int, string, double)?)family).FirstOrDefault();
        return (units, nearest) switch
        {
            (not LatentUnits.Raw, (_, var family, var rawStd)) when std > Tolerance => FormattableString.Invariant(
                $"the standard deviation is {std:0.00}: raw {family} latents have about {rawStd:0.00}, model units about 1."),
            (LatentUnits.Model, _) when !IsNear(std, 1) => FormattableString.Invariant(
                $"the standard deviation is {std:0.00}; latents in model units have about 1."),
            (LatentUnits.Raw, null) when channels == 4 && IsNear(std, 1) => FormattableString.Invariant(
                $"the standard deviation is {std:0.00}, as of model units; raw latents of 4 channels have {1 / 0.18215:0.00} (SD) or {1 / 0.13025:0.00} (SDXL)."),
            _ => null,
        };
    }

    private static bool IsNear(double std, double expected) => std > expected / Tolerance && std < expected * Tolerance;
}
