using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Whether an installed model still is what was built: its manifest, its graphs' hashes, and what it gives for a small input.</summary>
/// <param name="Name">The folder's name.</param>
/// <param name="Folder">The model's folder.</param>
/// <param name="Problem">What is wrong; null where nothing is.</param>
/// <param name="Deviation">How far the output lies from the recorded one, as a multiple of what is allowed; null where none was compared.</param>
/// <param name="RecordedOn">The runtime of the recorded output; null where there is none.</param>
internal sealed record ModelVerification(string Name, string Folder, string? Problem, double? Deviation, string? RecordedOn)
{
    /// <summary>Whether nothing is wrong.</summary>
    public bool Ok => Problem is null;

    /// <summary>Verifies a model.</summary>
    /// <param name="folder">Its folder.</param>
    public static ModelVerification Of(string folder)
    {
        var result = new ModelVerification(Path.GetFileName(folder), folder, null, null, null);
        try
        {
            var model = Model.Open(folder);
            foreach (var role in model.Manifest.Graphs.Keys)
            {
                model.VerifiedGraph(role);
            }

            return model.Manifest.Check is { } recorded ? result.Compared(model, recorded) : result;
        }
        catch (Exception exception) when (exception is ModelException or InferenceException or IOException or UnauthorizedAccessException)
        {
            return result with { Problem = exception.Message };
        }
    }

    private ModelVerification Compared(Model model, RecordedOutput recorded)
    {
        var deviation = recorded.DeviationOf(ModelTrial.Run(model));
        var problem = deviation <= 1
            ? null
            : $"model '{Name}' ({Folder}): its output differs from the recorded one by {deviation:0.#} times what is allowed; recorded on {recorded.Runtime}, "
                + $"now {InferenceRuntime.Version}. Rebuild the model, or go back to that runtime.";
        return this with { Problem = problem, Deviation = deviation, RecordedOn = recorded.Runtime };
    }
}
