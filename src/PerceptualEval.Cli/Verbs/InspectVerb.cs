using System.CommandLine;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Archives;
using PerceptualEval.Cli.Inspection;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>inspect</c>: what a file or folder is, and how to score it.</summary>
internal static class InspectVerb
{
    private static readonly Argument<string> PathArgument = new("PATH") { Description = "A tensor file or picture, or a folder of them." };

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("inspect", "What is this? Format, shapes, units with their evidence, statistics, and the command that scores it.")
        {
            PathArgument, CommonOptions.Units, DatasetOptions.Format, DatasetOptions.Size, CommonOptions.Models, CommonOptions.Json,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var path = parsed.GetRequiredValue(PathArgument);
        var reading = DatasetOptions.Reading(parsed, side: null);
        var models = CommonOptions.Store(parsed).List();
        if (Directory.Exists(path) || (File.Exists(path) && Archive.At(path) is not null))
        {
            var folder = new FolderInspector(reading, models).Inspect(path, interrupt);
            Show(parsed, folder, InspectionJson.Default.FolderInspection, InspectionTable.Write);
            return ExitCode.Ok;
        }

        if (!File.Exists(path))
        {
            throw new DatasetException($"'{path}': there is no such file or folder.");
        }

        Show(parsed, new FileInspector(reading, models).Inspect(path), InspectionJson.Default.FileInspection, InspectionTable.Write);
        return ExitCode.Ok;
    }

    private static void Show<T>(ParseResult parsed, T inspection, JsonTypeInfo<T> json, Action<ResultConsole, T> table)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            Console.WriteLine(Encoding.UTF8.GetString(ResultJson.Bytes(inspection, json)));
        }
        else
        {
            table(ResultConsole.StandardOutput(), inspection);
        }
    }
}
