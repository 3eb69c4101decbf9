using System.CommandLine;
using System.Text.Json;
using PerceptualEval.Models;
using Spectre.Console;

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
            WriteJson(models);
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
        foreach (var model in models)
        {
            var manifest = model.Manifest;
            var table = new Table { Border = TableBorder.None, ShowHeaders = false };
            table.AddColumn(new TableColumn(string.Empty).PadLeft(2)).AddColumn(string.Empty);
            foreach (var (label, value) in Describe(model))
            {
                table.AddRow(new Text(label, new Style(decoration: Decoration.Dim)), new Text(value));
            }

            AnsiConsole.Write(new Text($"{model.Name}  {manifest.Architecture}\n", new Style(decoration: Decoration.Bold)));
            AnsiConsole.Write(table);
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

        foreach (var file in manifest.BuiltFrom)
        {
            yield return ("built from", $"{file.File}  sha256 {file.Sha256}");
        }

        yield return ("source", manifest.Source ?? "unknown");
        yield return ("licence", manifest.Licence ?? "unknown");
        yield return ("sha256", model.Sha256);
        yield return ("folder", model.Folder);
    }

    private static void WriteJson(IReadOnlyList<Model> models)
    {
        using var stream = Console.OpenStandardOutput();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("schema", 1);
            writer.WriteStartArray("models");
            foreach (var model in models)
            {
                writer.WriteStartObject();
                writer.WriteString("name", model.Name);
                writer.WriteString("folder", model.Folder);
                writer.WriteString("sha256", model.Sha256);
                writer.WritePropertyName("manifest");
                writer.WriteRawValue(File.ReadAllText(Path.Combine(model.Folder, ModelManifest.FileName)));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }
}
