using ScottPlot;
using SkiaSharp;

namespace PerceptualEval.Cli.Reports.Plots;

/// <summary>The letters of the charts, which this assembly carries: SkiaSharp without fontconfig finds none on a machine.</summary>
internal sealed class PlotFont : IFontResolver
{
    /// <summary>The font's name, as SVG files ask for it.</summary>
    public const string Name = "DejaVu Sans";

    private static readonly Lazy<bool> Registered = new(Register);

    private readonly SKTypeface _typeface = Load();

    /// <summary>Makes the font known to ScottPlot, which keeps its fonts for the whole process.</summary>
    public static void Use() => _ = Registered.Value;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Name ? _typeface : null;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => fontName == Name ? _typeface : null;

    private static bool Register()
    {
        Fonts.FontResolvers.Insert(0, new PlotFont());
        Fonts.Default = Name;
        return true;
    }

    /// <summary>Loads the font; it is the caller's.</summary>
    public static SKTypeface Load()
    {
        using var stream = typeof(PlotFont).Assembly.GetManifestResourceStream("DejaVuSans-Latin.ttf")
            ?? throw new InvalidOperationException("the charts' font is not in this assembly.");
        return SKTypeface.FromStream(stream);
    }
}
