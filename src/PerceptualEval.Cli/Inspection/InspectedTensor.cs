namespace PerceptualEval.Cli.Inspection;

/// <summary>One tensor of a file.</summary>
/// <param name="Name">Its key in the file; empty where there are no keys.</param>
/// <param name="Type">How its values are stored.</param>
/// <param name="Shape">Its shape in the file.</param>
internal record InspectedTensor(string Name, string Type, IReadOnlyList<long> Shape);
