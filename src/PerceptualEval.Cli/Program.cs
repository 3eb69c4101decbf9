using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Downloads;
using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;
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
        RuntimeTelemetry.TurnOff();
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
        // A path may begin with '@': it is no response file here.
        var parsed = Commands(interrupt).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            return Fail(ExitCode.BadInput, $"{UsageProblem(parsed)}. See '{PathOf(parsed.CommandResult.Command)} --help'.");
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (OperationCanceledException)
        {
            return Fail(ExitCode.Interrupted, "interrupted; what was written so far is kept.");
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
        exception is UsageException or DatasetException or TensorFileException or ImageFileException or ModelException or DeviceException or ResultException
            or OutputException { IsWhileRunning: false } or DownloadException { IsRefused: true };

    private static RootCommand Commands(CancellationToken interrupt) =>
        new("Scores latents the way people would see them: latent L2 + LPIPS of the decoded images.")
        {
            DemoVerb.Create(interrupt),
            ScoreVerb.Create(interrupt),
            DistanceVerb.Create(interrupt),
            DecodeVerb.Create(interrupt),
            EncodeVerb.Create(interrupt),
            CompareVerb.Create(interrupt),
            AuditVerb.Create(interrupt),
            ReportVerb.Create(interrupt),
            InspectVerb.Create(interrupt),
            MergeVerb.Create(interrupt),
            BuildVerb.Create(),
            PullVerb.Create(interrupt),
            ModelsVerb.Create(interrupt),
            DoctorVerb.Create(),
        };

    // The parser's own messages name neither an unknown verb nor the argument that is missing.
    private static string UsageProblem(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var unknown = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        if (command.Subcommands.Count > 0)
        {
            var found = unknown is null ? "no command was given" : $"unknown command '{unknown}'";
            return $"{found}; expected {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}";
        }

        return unknown switch
        {
            null => string.Join("; ", MissingOrWrong(parsed)),
            ['-', ..] => $"unknown option '{unknown}'",
            _ => $"unexpected argument '{unknown}'",
        };
    }

    private static IEnumerable<string> MissingOrWrong(ParseResult parsed)
    {
        var missing = parsed.Errors.Select(error => NameOfMissing(error.SymbolResult)).OfType<string>().ToArray();
        var wrong = parsed.Errors.Where(error => NameOfMissing(error.SymbolResult) is null).Select(error => error.Message.TrimEnd('.'));
        return missing.Length > 0 ? wrong.Prepend($"missing: {string.Join(", ", missing)}") : wrong;
    }

    private static string? NameOfMissing(SymbolResult? symbol) => symbol switch
    {
        OptionResult { IdentifierTokenCount: 0 } option => option.Option.Name,
        ArgumentResult { Tokens.Count: 0, Parent: CommandResult } argument => argument.Argument.Name,
        _ => null,
    };

    private static string PathOf(Command command) =>
        command is RootCommand ? "perceptual-eval" : string.Join(' ', command.Parents.OfType<Command>().Take(1).Select(PathOf).Append(command.Name));

    private static int Fail(ExitCode code, string message)
    {
        Console.Error.WriteLine($"perceptual-eval: {message}");
        return (int)code;
    }
}
