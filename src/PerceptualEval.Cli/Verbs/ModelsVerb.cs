using System.CommandLine;
using PerceptualEval.Cli.Results;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>models</c>: what is installed, with provenance.</summary>
internal static class ModelsVerb
{
    private static readonly Option<bool> Verify = new("--verify")
    {
        Description = "Check every model's files, and run a small recorded input through it. Exit code 1 where one fails.",
    };

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("models", "List what is installed, with provenance.") { Verify, CommonOptions.Models, CommonOptions.Json };
        command.SetAction(parsed => (int)(parsed.GetValue(Verify)
            ? ModelsReport.Write(CommonOptions.Store(parsed), parsed.GetValue(CommonOptions.Json), interrupt)
            : Run(CommonOptions.Store(parsed), parsed.GetValue(CommonOptions.Json))));
        return command;
    }

    private static ExitCode Run(ModelStore store, bool json)
    {
        var models = store.List();
        if (json)
        {
            ListJson.Print("models", models.Select(InstalledModel.Of), ListJson.Default.InstalledModel);
        }
        else
        {
            WriteTable(models);
        }

        if (models.Count == 0)
        {
            Console.Error.WriteLine($"No models in {string.Join(", ", store.Folders)}. Make one with 'perceptual-eval build', or get one with 'perceptual-eval pull'.");
        }

        return ExitCode.Ok;
    }

    private static void WriteTable(IReadOnlyList<Model> models)
    {
        var console = ResultConsole.StandardOutput();
        foreach (var model in models)
        {
            if (model != models[0])
            {
                console.WriteLine(string.Empty);
            }

            console.WriteLine($"{model.Name}  {model.Manifest.Architecture}", ResultConsole.Heading);
            console.WriteFacts(Describe(model).Select(fact => ($"  {fact.Label}", fact.Value)));
        }
    }

    private static IEnumerable<(string Label, string Value)> Describe(Model model)
    {
        var manifest = model.Manifest;
        yield return ("kind", manifest.Kind.ToString().ToLowerInvariant());
        if (manifest.Latent is { } latent)
        {
            yield return ("latents", LatentText.Of(latent));
        }

        if (manifest.Approximates is { } approximation)
        {
            yield return ("approximates", $"{approximation.Model}: {approximation.Closeness}; the real one: perceptual-eval pull {approximation.Replacement}");
        }

        foreach (var file in manifest.BuiltFrom)
        {
            yield return ("built from", $"{file.File}  sha256 {file.Sha256}");
        }

        yield return ("source", manifest.Source ?? "unknown");
        yield return ("licence", manifest.Licence ?? "unknown");
        yield return ("sha256", model.Sha256);
        yield return ("folder", model.Folder);
    }
}
