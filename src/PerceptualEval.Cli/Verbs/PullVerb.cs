using System.CommandLine;
using System.Globalization;
using PerceptualEval.Cli.Downloads;
using PerceptualEval.Cli.Results;
using PerceptualEval.Models;
using Spectre.Console;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>pull</c>: official weights by name: download, check, build.</summary>
internal static class PullVerb
{
    private static readonly Argument<string[]> Names = new("NAME")
    {
        Description = "Models of the catalogue; see --list. Files that several of them need are fetched once.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> List = new("--list") { Description = "List the catalogue: names, sizes, licences." };

    private static readonly Option<string?> CataloguePath = new("--catalogue")
    {
        HelpName = "FILE",
        Description = "Another catalogue: a mirror's, for instance. [default: the one that comes with the tool]",
    };

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("pull", "Download official weights, check them, and build models from them. HF_TOKEN and the proxy variables are honoured.")
        {
            Names, List, CataloguePath, CommonOptions.Models,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var store = CommonOptions.Store(parsed);
        var catalogue = Catalogue.Load(parsed.GetValue(CataloguePath) ?? Catalogue.DefaultPath);
        var names = parsed.GetValue(Names) ?? [];
        if (parsed.GetValue(List))
        {
            WriteList(ResultConsole.StandardOutput(), catalogue, store);
            return ExitCode.Ok;
        }

        if (names.Length == 0)
        {
            throw new UsageException($"pull: name a model. The catalogue has: {string.Join(", ", catalogue.Models.Keys)}.");
        }

        var token = Environment.GetEnvironmentVariable("HF_TOKEN")?.Trim();
        var options = new DownloadOptions { Token = string.IsNullOrEmpty(token) ? null : token };
        new ModelPull(store, catalogue, options).RunAsync(names, Report, interrupt).GetAwaiter().GetResult();
        return ExitCode.Ok;
    }

    private static void Report(Model model, bool isNew)
    {
        if (isNew)
        {
            BuildVerb.Report(model);
            return;
        }

        Console.WriteLine(model.Folder);
        Console.Error.WriteLine($"'{model.Name}' is installed already; remove its folder to pull it again.");
    }

    private static void WriteList(ResultConsole console, Catalogue catalogue, ModelStore store)
    {
        var installed = store.ModelFolders().Select(Path.GetFileName).ToHashSet();
        var table = console.Columns("name", ["kind", "MB", "checked by", "licence", "installed"]);
        foreach (var (name, entry) in catalogue.Models)
        {
            var files = entry.Files.Select(file => catalogue.Files[file]).ToArray();
            table.AddRow(
                ResultConsole.Literal(name),
                new Text(entry.Kind.ToString().ToLowerInvariant()),
                new Text(Size(files)),
                new Text(string.Join(", ", files.Select(Check).Distinct().Order(StringComparer.Ordinal))),
                ResultConsole.Literal(string.Join(" AND ", files.Select(file => file.Licence).Distinct()) + (files.Any(file => file.Gate is not null) ? ", gated" : string.Empty)),
                new Text(installed.Contains(name) ? "yes" : string.Empty));
        }

        console.Write(table);
    }

    // A "+" for files whose length is not publicly stated.
    private static string Size(CatalogueFile[] files) =>
        files.Sum(file => file.Bytes) is > 0 and var known
            ? string.Create(CultureInfo.InvariantCulture, $"{known / 1e6:0.0}{(files.All(file => file.Bytes is not null) ? string.Empty : "+")}")
            : "?";

    private static string Check(CatalogueFile file) => file switch
    {
        { Sha256: not null } => "sha256",
        { GitBlob: not null } => "git id",
        _ => "first use",
    };
}
