using System.Globalization;
using PerceptualEval.Cli.Results;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using Spectre.Console;

namespace PerceptualEval.Cli.Verbs;

/// <summary>What <c>models --verify</c> prints.</summary>
internal static class ModelsReport
{
    /// <summary>Verifies every model of a store and prints the results: table or JSON on stdout, what is wrong on stderr.</summary>
    public static ExitCode Write(ModelStore store, bool json, CancellationToken interrupt)
    {
        var results = new List<ModelVerification>();
        foreach (var folder in store.ModelFolders())
        {
            interrupt.ThrowIfCancellationRequested();
            results.Add(ModelVerification.Of(folder));
        }

        if (json)
        {
            ListJson.Print("models", results, ListJson.Default.ModelVerification, ("runtime", InferenceRuntime.Version));
        }
        else
        {
            WriteTable(ResultConsole.StandardOutput(), results);
        }

        foreach (var problem in results.Select(result => result.Problem).OfType<string>())
        {
            Console.Error.WriteLine($"perceptual-eval: {problem}");
        }

        return results.Exists(result => result.Problem is not null) ? ExitCode.GateFailed : ExitCode.Ok;
    }

    private static void WriteTable(ResultConsole console, List<ModelVerification> results)
    {
        var table = console.Columns("model", ["result", "output", "recorded on"]);
        foreach (var result in results)
        {
            table.AddRow(
                ResultConsole.Literal(result.Name),
                result.Problem is null ? new Text("ok") : new Text("FAILED", ResultConsole.Alarm),
                new Text(Output(result)),
                ResultConsole.Literal(result.RecordedOn ?? string.Empty));
        }

        console.Write(table);
    }

    private static string Output(ModelVerification result) => result switch
    {
        { Deviation: { } deviation } => string.Create(CultureInfo.InvariantCulture, $"{deviation:0.###} of the tolerance"),
        { Problem: null } => "none recorded",
        _ => string.Empty,
    };
}
