using System.CommandLine;
using PerceptualEval.Cli.Demo;
using PerceptualEval.Cli.Results;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using Spectre.Console;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>demo</c>: the whole way once, on pictures that the tool draws itself and with the built-in models.</summary>
internal static class DemoVerb
{
    private static readonly Option<string> Out = new("--out")
    {
        HelpName = "DIR",
        Description = "The folder for images, latents and side-by-side pictures.",
        DefaultValueFactory = _ => "perceptual-eval-demo",
    };

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("demo", "Sample pictures → latents → two checkpoints' predictions → scores, with the built-in models.")
        {
            Out, ExecutionChoice.Device, ExecutionChoice.Threads, CommonOptions.Models,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var (store, execution, folder) = (CommonOptions.Store(parsed), ExecutionChoice.Of(parsed), parsed.GetRequiredValue(Out));
        _ = new OutputFolder(folder);
        using var encoder = new ImageEncoder(DefaultModels.Find(store, null, ModelKind.Encoder), execution);
        using var loss = LatentPerceptualLoss.Load(
            DefaultModels.Find(store, null, ModelKind.Decoder).Folder, DefaultModels.Find(store, null, ModelKind.Lpips).Folder, null, execution, store);
        DefaultModels.TellOfApproximations(encoder.Model, loss.Decoder.Model, loss.Lpips.Model);
        var (samples, summaries) = new DemoRun(encoder, loss, folder).Score(interrupt);
        var console = ResultConsole.StandardOutput();
        console.Write(Scores(console, samples, summaries));
        WriteWhatNext(console, folder);
        return ExitCode.Ok;
    }

    // LPIPS of each picture and checkpoint, and below it what the terms come to.
    private static Table Scores(
        ResultConsole console, IReadOnlyList<(string Scene, SampleLoss[] Losses)> samples, IReadOnlyList<(string Checkpoint, LossSummary Summary)> summaries)
    {
        var table = console.Columns("LPIPS to the target", summaries.Select(summary => summary.Checkpoint));
        foreach (var (scene, losses) in samples)
        {
            table.AddRow([ResultConsole.Literal(scene), .. losses.Select(loss => new Text(FourDigits.Format(loss.PerceptualLoss)))]);
        }

        table.AddEmptyRow();
        Add("mean LPIPS", summary => summary.PerceptualLoss!.Mean, Style.Plain);
        Add("mean latent L2", summary => summary.LatentL2Loss.Mean, Style.Plain);
        Add("mean loss", summary => summary.Loss.Mean, ResultConsole.Answer);
        return table;

        void Add(string name, Func<LossSummary, double?> value, Style style) =>
            table.AddRow([new Text(name, style), .. summaries.Select(summary => new Text(FourDigits.Format(value(summary.Summary)), style))]);
    }

    private static void WriteWhatNext(ResultConsole console, string folder)
    {
        var latents = Path.Combine(folder, "latents");
        console.WriteLine(string.Empty);
        console.WriteLine($"Pictures: {Path.Combine(folder, "side-by-side")} (image, decoded target, {string.Join(", ", DemoCheckpoint.All.Select(checkpoint => checkpoint.Name))})");
        console.WriteLine($"The same by hand: perceptual-eval score --pred {Path.Combine(latents, DemoCheckpoint.All[^1].Name)} --target {Path.Combine(latents, "target")}");
    }
}
