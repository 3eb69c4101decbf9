using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using Spectre.Console;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>doctor</c>: what this machine can run, and what is missing.</summary>
internal static class DoctorVerb
{
    public static Command Create()
    {
        var command = new Command("doctor", "What this machine can run, and what is missing.") { CommonOptions.Models, CommonOptions.Json };
        command.SetAction(parsed => (int)Run(CommonOptions.Store(parsed), parsed.GetValue(CommonOptions.Json)));
        return command;
    }

    private static ExitCode Run(ModelStore store, bool json)
    {
        var findings = Examine(store).ToArray();
        if (json)
        {
            using var stream = Console.OpenStandardOutput();
            using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
            writer.WriteStartObject();
            writer.WriteNumber("schema", 1);
            foreach (var finding in findings)
            {
                writer.WriteStartObject(finding.Name.Replace(' ', '_'));
                writer.WriteBoolean("ok", finding.Ok);
                writer.WriteString("found", finding.Found);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }
        else
        {
            var table = new Table { Border = TableBorder.None, ShowHeaders = false };
            table.AddColumn(string.Empty).AddColumn(string.Empty).AddColumn(string.Empty);
            foreach (var finding in findings)
            {
                table.AddRow(new Text(finding.Ok ? "ok" : "--", new Style(finding.Ok ? Color.Green : Color.Yellow)), new Text(finding.Name), new Text(finding.Found));
            }

            AnsiConsole.Write(table);
        }

        return ExitCode.Ok;
    }

    private static IEnumerable<Finding> Examine(ModelStore store)
    {
        yield return new("perceptual-eval", true, ToolVersion.Text);
        yield return new("runtime", true, $"{InferenceRuntime.Version}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
        yield return new("providers", true, string.Join(", ", InferenceRuntime.Providers));
        yield return new("cpu", true, $"{Environment.ProcessorCount} processors, {Instructions()}");
        yield return new("memory", true, string.Create(CultureInfo.InvariantCulture,
            $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30):0.0} GiB available to this process"));
        var cuda = InferenceRuntime.CudaProblem();
        yield return new("cuda", cuda is null, cuda ?? "works");
        foreach (var folder in store.Folders)
        {
            yield return new("models folder", Directory.Exists(folder), Directory.Exists(folder) ? folder : $"{folder} (does not exist)");
        }

        foreach (var kind in (ModelKind[])[ModelKind.Decoder, ModelKind.Lpips])
        {
            var names = store.List().Where(model => model.Manifest.Kind == kind).Select(model => model.Name).ToArray();
            var word = kind.ToString().ToLowerInvariant();
            yield return new($"{word} models", names.Length > 0, names.Length > 0 ? string.Join(", ", names) : $"none; make one with 'perceptual-eval build {word}'");
        }
    }

    private static string Instructions() =>
        Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : RuntimeInformation.ProcessArchitecture.ToString();

    private readonly record struct Finding(string Name, bool Ok, string Found);
}
