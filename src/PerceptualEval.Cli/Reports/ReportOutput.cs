using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Reports;

/// <summary>Where reports go: <c>--report FILE</c> and <c>--plots DIR</c>. Opening it proves, before the work starts, that they can be written.</summary>
internal sealed class ReportOutput : IDisposable
{
    private readonly ReplacedFile? _page;
    private readonly string? _plots;

    private ReportOutput(ReplacedFile? page, string? plots) => (_page, _plots) = (page, plots);

    /// <summary>Opens what is asked for.</summary>
    /// <param name="page">The HTML file; null for none.</param>
    /// <param name="plots">The folder for the charts, made where it is missing; null for none.</param>
    /// <returns>The output, owned by the caller; null where nothing is asked for.</returns>
    /// <exception cref="OutputException">One can't be written.</exception>
    public static ReportOutput? Open(string? page, string? plots)
    {
        if (page is null && plots is null)
        {
            return null;
        }

        if (plots is not null)
        {
            CreateFolder(plots);
        }

        return new ReportOutput(page is null ? null : new ReplacedFile(page), plots);
    }

    /// <summary>Reads and decodes the samples of a report's gallery, where there is a page to show them.</summary>
    /// <param name="data">The report, without pictures.</param>
    /// <param name="recipe">How pictures are made.</param>
    /// <param name="interrupt">Ends the making of pictures.</param>
    /// <returns>The report; with pictures, or with a note why there are none.</returns>
    public ReportData WithPictures(ReportData data, PictureRecipe recipe, CancellationToken interrupt) => _page is null || data.Gallery.Groups.Count == 0
        ? data
        : data with { Gallery = new GalleryReader(recipe).Read(data.Gallery.Groups, interrupt) };

    /// <summary>Writes page and charts.</summary>
    /// <param name="data">What they show.</param>
    /// <exception cref="OutputException">One can't be written.</exception>
    public void Write(ReportData data)
    {
        if (_plots is not null)
        {
            Plots.ReportPlots.Write(_plots, data);
        }

        if (_page is not null)
        {
            ReportPage.Write(_page, data);
            _page.Commit();
        }
    }

    /// <summary>Closes the page; one that was not written leaves nothing behind.</summary>
    public void Dispose() => _page?.Dispose();

    private static void CreateFolder(string plots)
    {
        try
        {
            Directory.CreateDirectory(plots);
            using var probe = new ReplacedFile(Path.Combine(plots, "distribution-loss.svg"));
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            throw new OutputException(plots, $"can't be made or written ({exception.Message.TrimEnd('.')}); choose another folder.", exception);
        }
    }
}
