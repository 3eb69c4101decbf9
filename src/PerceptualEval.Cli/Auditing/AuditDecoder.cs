using PerceptualEval.Models;

namespace PerceptualEval.Cli.Auditing;

/// <summary>What the checks know of the decoder.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Space">The latents that it takes.</param>
internal sealed record AuditDecoder(string Name, LatentSpace Space);
