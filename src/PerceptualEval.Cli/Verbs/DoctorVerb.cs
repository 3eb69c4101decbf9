using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using PerceptualEval.Cli.Results;
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
        var findings = Examine(store);
        if (json)
        {
            ListJson.Print("findings", findings, ListJson.Default.DoctorFinding);
        }
        else
        {
            WriteTable(findings);
        }

        return ExitCode.Ok;
    }

    private static void WriteTable(IEnumerable<DoctorFinding> findings)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn(new GridColumn().PadRight(0));
        foreach (var finding in findings)
        {
            var mark = finding.Ok ? new Text("ok", new Style(Color.Green)) : new Text("--", new Style(Color.Yellow));
            grid.AddRow(mark, new Text(finding.Name), ResultConsole.Literal(finding.Found));
        }

        ResultConsole.StandardOutput().Write(grid);
    }

    private static IEnumerable<DoctorFinding> Examine(ModelStore store)
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

        foreach (var kind in Enum.GetValues<ModelKind>())
        {
            yield return Models(store, kind);
        }
    }

    private static DoctorFinding Models(ModelStore store, ModelKind kind)
    {
        var word = kind.ToString().ToLowerInvariant();
        var names = string.Join(", ", store.List().Where(model => model.Manifest.Kind == kind).Select(model => model.Name));
        return (names, kind) switch
        {
            ({ Length: > 0 }, _) => new($"{word} models", true, names),
            (_, ModelKind.Pairwise) => new($"{word} models", true, "none; only needed where someone else's export stands in for LPIPS"),
            _ => new($"{word} models", false, $"none; make one with 'perceptual-eval build {word}'"),
        };
    }

    private static string Instructions() =>
        Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : RuntimeInformation.ProcessArchitecture.ToString();
}
