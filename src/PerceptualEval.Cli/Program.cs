using System.CommandLine;
using System.CommandLine.Help;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Downloads;
using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Verbs;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli;

/// <summary>The tool <c>perceptual-eval</c>: results on stdout, everything else on stderr, exit codes as in <see cref="ExitCode"/>.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        using var interrupt = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            // The first Ctrl-C lets the batch at work finish and the results so far be written; a second one ends the process at once.
            pressed.Cancel = !interrupt.IsCancellationRequested;
            interrupt.Cancel();
        };
        return Run(args, interrupt.Token);
    }

    private static int Run(string[] args, CancellationToken interrupt)
    {
        var parsed = Commands(interrupt).Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            return Fail(ExitCode.BadInput, $"{parsed.Errors[0].Message.TrimEnd('.')}. See '{PathOf(parsed.CommandResult.Command)} --help'.");
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (OperationCanceledException)
        {
            return Fail(ExitCode.Interrupted, "interrupted.");
        }
        catch (Exception exception) when (IsBadInput(exception))
        {
            return Fail(ExitCode.BadInput, exception.Message);
        }
        catch (Exception exception) when (exception is InferenceException or OutputException or DownloadException)
        {
            return Fail(ExitCode.Fault, exception.Message);
        }
        catch (Exception exception)
        {
            return Fail(ExitCode.Fault, $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static bool IsBadInput(Exception exception) =>
        exception is UsageException or DatasetException or TensorFileException or ImageFileException or ModelException or DeviceException
            or OutputException { IsWhileRunning: false } or DownloadException { IsRefused: true };

    private static RootCommand Commands(CancellationToken interrupt) =>
        new("Scores latents the way people would see them: latent L2 + LPIPS of the decoded images.")
        {
            ScoreVerb.Create(interrupt),
            DistanceVerb.Create(interrupt),
            DecodeVerb.Create(interrupt),
            EncodeVerb.Create(interrupt),
            BuildVerb.Create(),
            PullVerb.Create(interrupt),
            ModelsVerb.Create(interrupt),
            DoctorVerb.Create(),
        };

    private static string PathOf(Command command) =>
        command is RootCommand ? "perceptual-eval" : string.Join(' ', command.Parents.OfType<Command>().Take(1).Select(PathOf).Append(command.Name));

    private static int Fail(ExitCode code, string message)
    {
        Console.Error.WriteLine($"perceptual-eval: {message}");
        return (int)code;
    }
}
