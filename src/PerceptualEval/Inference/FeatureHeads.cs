using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.Inference;

/// <summary>Reads the weights of each layer's channels from a model that has them in a file of their own.</summary>
internal static class FeatureHeads
{
    /// <summary>Reads the file of the role <see cref="PerceptualNetwork.HeadsRole"/>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="channels">The channels of each layer.</param>
    /// <returns>Per layer, one weight a channel.</returns>
    /// <exception cref="ModelException">The file is missing, altered or not one array of as many weights.</exception>
    public static float[][] Read(Model model, IReadOnlyList<int> channels)
    {
        var path = model.VerifiedGraph(PerceptualNetwork.HeadsRole);
        try
        {
            using var file = TensorFile.Open(path);
            if (file.Tensors is not [var tensor])
            {
                throw new ModelException($"model '{model.Name}': '{path}' has {file.Tensors.Count} arrays; expected one, of all layers' weights. Rebuild the model.");
            }

            using var values = file.Read(tensor);
            if (values.Shape.ElementCount != channels.Sum())
            {
                throw new ModelException(
                    $"model '{model.Name}': '{path}' has {values.Shape.ElementCount} weights; the {channels.Sum()} channels of its manifest take one each. Rebuild the model.");
            }

            var start = 0;
            return [.. channels.Select(count => values.Span.Slice((start += count) - count, count).ToArray())];
        }
        catch (TensorFileException exception)
        {
            throw new ModelException($"model '{model.Name}': '{path}' is not an array of weights ({exception.Message.TrimEnd('.')}). Rebuild the model.", exception);
        }
    }
}
