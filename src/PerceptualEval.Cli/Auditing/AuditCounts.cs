using System.Text.Json.Serialization;

namespace PerceptualEval.Cli.Auditing;

/// <summary>An audit in numbers.</summary>
/// <param name="Samples">Samples whose latents could be read.</param>
/// <param name="Unreadable">Samples, or files that should be some, of which the latent or the image can't be read.</param>
/// <param name="Decoded">Samples that were decoded and compared with their image.</param>
/// <param name="Examined">Samples that got a closer look.</param>
/// <param name="Errors">Findings that are errors.</param>
/// <param name="Warnings">Findings that are warnings.</param>
/// <param name="Notes">Findings that are notes.</param>
internal sealed record AuditCounts(long Samples, long Unreadable, long Decoded, long Examined, int Errors, int Warnings, int Notes)
{
    /// <summary>All samples: those whose latents could be read, and the others.</summary>
    [JsonIgnore]
    public long All { get; init; }
}
