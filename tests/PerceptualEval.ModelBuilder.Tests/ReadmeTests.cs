using PerceptualEval.Models;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests;

/// <summary>The library snippet of the README is code that compiles: the lines between the markers below.</summary>
public class ReadmeTests
{
    private const string Begin = "// README begins";
    private const string End = "// README ends";

    [Fact]
    public void LibrarySnippet_InReadme_IsTheCodeThatCompilesHere()
    {
        var source = File.ReadAllText(Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.ModelBuilder.Tests", "ReadmeTests.cs"));
        var start = source.LastIndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var lines = source[start..source.LastIndexOf(End, StringComparison.Ordinal)].Split('\n')[1..^1];
        var indent = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        var snippet = string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : string.Empty)).Trim();

        Assert.Contains(snippet, File.ReadAllText(Path.Combine(SharedFolder.Repository, "README.md")), StringComparison.Ordinal);
    }

    internal static double? MeanLoss(float[][] predictions, float[][] targets)
    {
        // README begins
        using var loss = LatentPerceptualLoss.Load("taef2-decoder", "lpips-squeeze", new LossOptions
        {
            Weights = new LossWeights(Latent: 1, Perceptual: 1),
            Units = LatentUnits.Model,
        });
        var shape = new TensorShape(1, 32, 64, 64);
        var scores = new LossAccumulator();
        for (var i = 0; i < predictions.Length; i++)
        {
            foreach (var sample in loss.Score(predictions[i], targets[i], shape))
            {
                scores.Update(sample);
            }
        }

        double? mean = scores.Compute().Loss.Mean;

        // README ends
        return mean;
    }
}
