using System.CommandLine;
using System.Text.Json;
using PerceptualEval.Cli.Demo;
using PerceptualEval.Cli.Reports;
using PerceptualEval.Cli.Results;
using PerceptualEval.Comparisons;
using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>demo</c>: the whole way once, on pictures that the tool draws itself and with the built-in models.</summary>
internal static class DemoVerb
{
    private const string Title = "demo: two made-up checkpoints, on pictures that the tool drew";

    private static readonly Option<string> Out = new("--out")
    {
        HelpName = "DIR",
        Description = "The folder for images, latents and the report.",
        DefaultValueFactory = _ => "perceptual-eval-demo",
    };

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("demo", "Sample pictures → latents → two checkpoints' predictions → scores and a report, with the built-in models.")
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
        var files = new DemoFiles(folder);
        using var page = ReportOutput.Open(files.Report, plots: null)!;
        using var encoder = new ImageEncoder(DefaultModels.Find(store, null, ModelKind.Encoder), execution);
        using var scoring = Load(store, execution);
        DefaultModels.TellOfApproximations(encoder.Model, scoring.Loss.Decoder.Model, scoring.Loss.Lpips.Model);
        files.Write(encoder, interrupt);
        Compare(files, scoring, page, interrupt);
        return ExitCode.Ok;
    }

    private static CheckpointScoring Load(ModelStore store, ExecutionOptions execution)
    {
        var (decoder, lpips) = (DefaultModels.Find(store, null, ModelKind.Decoder), DefaultModels.Find(store, null, ModelKind.Lpips));
        return new CheckpointScoring(
            [.. DemoCheckpoint.All.Select(checkpoint => checkpoint.Name)], LatentPerceptualLoss.Load(decoder.Folder, lpips.Folder, null, execution, store), store);
    }

    // What 'compare --report' does with these files.
    private static void Compare(DemoFiles files, CheckpointScoring scoring, ReportOutput page, CancellationToken interrupt)
    {
        var run = new CompareRun(scoring, new ComparisonAccumulator(scoring.Names), seed: 0, file: null, folder: null, json: null, keepRows: true);
        var summary = run.Compare(files.Open(), BatchSize.One, interrupt, out var interrupted);
        if (interrupted || summary is null)
        {
            throw new OperationCanceledException(interrupt);
        }

        var provenance = Provenance.Of(scoring.Loss, BatchSize.One);
        var report = ComparisonReport.Of(Title, summary, run.Rows, JsonElement.Parse(ResultJson.Bytes(provenance, ResultJson.Default.ScoreProvenance)), run.Bad.Count);
        page.Write(page.WithPictures(report, scoring.Pictures(files.Open), interrupt));
        var console = ResultConsole.StandardOutput();
        new ComparisonTable(console, provenance).Write(summary, run.NonFinite);
        WriteWhatNext(console, files);
    }

    private static void WriteWhatNext(ResultConsole console, DemoFiles files)
    {
        var predictions = string.Join(' ', DemoCheckpoint.All.Select(checkpoint => $"--pred {checkpoint.Name}={files.Predictions(checkpoint)}"));
        console.WriteLine(string.Empty);
        console.WriteLine($"Look at it in a browser: {files.Report}", ResultConsole.Answer);
        console.WriteLine($"The same by hand: perceptual-eval compare --target {files.Target} {predictions} --report {files.Report}");
    }
}
