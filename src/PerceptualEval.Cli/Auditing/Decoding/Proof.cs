namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>When one LPIPS distance proves more than another.</summary>
internal static class Proof
{
    // A wrong reading of a right latent is never this much closer; the right reading of a wrong one is, several times over. Between two
    // patches of noise, which LPIPS hardly tells apart, distances differ by a tenth.
    private const double Closer = 0.7;

    // Distances below this are of images that people take for the same: their ratios mean nothing.
    private const double Visible = 0.02;

    // Among many images there is always one that is less unlike than its own: the image that a latent was made from is several times closer.
    private const double Matches = 0.4;

    /// <summary>Whether a distance is so much smaller than another that it is the right one.</summary>
    public static bool IsCloser(double distance, double than) => distance < Closer * than && than - distance > Visible;

    /// <summary>Whether another sample's image, chosen among many, is so much closer that the latent was made from it.</summary>
    public static bool IsMatch(double distance, double than) => distance < Matches * than && than - distance > Visible;

    /// <summary>Whether a distance is one that people can see.</summary>
    public static bool IsVisible(double distance) => distance > Visible;
}
