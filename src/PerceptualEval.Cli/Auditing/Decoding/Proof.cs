namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>When one LPIPS distance proves more than another.</summary>
internal static class Proof
{
    // A wrong reading of a right latent is never this much closer; the right reading of a wrong one is, several times over. Between two
    // patches of noise, which LPIPS hardly tells apart, distances differ by a tenth.
    private const double Closer = 0.7;

    // Distances below this are of images that people take for the same: their ratios mean nothing.
    private const double Visible = 0.02;

    // Where many images, or other units, are tried, one is always less unlike than the stated pairing: the right one is several times closer.
    private const double MuchCloser = 0.4;

    /// <summary>Whether a distance is so much smaller than another that it is the right one.</summary>
    public static bool IsCloser(double distance, double than) => distance < Closer * than && than - distance > Visible;

    /// <summary>Whether a distance is so much smaller than another that it can't be so by chance.</summary>
    public static bool IsMuchCloser(double distance, double than) => distance < MuchCloser * than && than - distance > Visible;

    /// <summary>Whether a distance is one that people can see.</summary>
    public static bool IsVisible(double distance) => distance > Visible;
}
