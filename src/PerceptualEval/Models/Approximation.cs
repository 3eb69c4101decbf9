namespace PerceptualEval.Models;

/// <summary>Says of a small model which larger one it stands in for: its results are for a quick look, not for publishing.</summary>
/// <param name="Model">The model that it was trained to resemble, for people: <c>TAEF2's decoder</c>.</param>
/// <param name="Closeness">How close it comes, as measured on images that it was not trained on, for people.</param>
/// <param name="Replacement">The name under which <c>perceptual-eval pull</c> gets the real model.</param>
public sealed record Approximation(string Model, string Closeness, string Replacement);
