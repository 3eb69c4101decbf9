namespace PerceptualEval.Cli.Inspection;

/// <summary>A tensor of latents, and what its values are like.</summary>
/// <param name="Name">Its key in the file.</param>
/// <param name="Type">How its values are stored.</param>
/// <param name="Shape">Its shape in the file.</param>
/// <param name="Key">What it pairs by, where the file holds several.</param>
/// <param name="SampleShape">The shape of one sample as it is scored.</param>
/// <param name="Samples">How many samples it holds.</param>
/// <param name="Units">raw, model, or null where the file does not say.</param>
/// <param name="Evidence">How the units are known, or why they are not.</param>
/// <param name="Posterior">What a posterior's second half holds; null where it is none.</param>
/// <param name="NonFinite">How many values are NaN or infinite.</param>
/// <param name="Std">The standard deviation of all values.</param>
/// <param name="Channels">The channels of the samples, in order.</param>
internal sealed record InspectedLatent(
    string Name,
    string Type,
    IReadOnlyList<long> Shape,
    string Key,
    IReadOnlyList<long> SampleShape,
    long Samples,
    string? Units,
    string Evidence,
    string? Posterior,
    long NonFinite,
    double Std,
    IReadOnlyList<ChannelStatistics> Channels) : InspectedTensor(Name, Type, Shape);
