using System.Globalization;
using PerceptualEval.Cli.Results;
using Spectre.Console;

namespace PerceptualEval.Cli.Inspection;

/// <summary>Shows inspections to people.</summary>
internal static class InspectionTable
{
    private const int TensorsShown = 40;
    private const int ChannelsShown = 32;

    /// <summary>Prints what a file is.</summary>
    public static void Write(ResultConsole console, FileInspection file)
    {
        console.WriteFacts(
        [
            ("file", file.Path),
            ("holds", file.Writer is null ? $"{file.Content} ({file.Container})" : $"{file.Content}: {file.Writer} ({file.Container})"),
            ("id", file.Id),
            .. file.Facts.Select(fact => (fact.Key, fact.Value)),
        ]);
        foreach (var latent in file.Latents.Take(TensorsShown))
        {
            Write(console, latent);
        }

        if (file.Others.Count > 0)
        {
            Write(console, file.Others, file.Latents.Count == 0 ? "tensor" : "beside the latents");
        }

        foreach (var hint in file.Hints)
        {
            console.WriteLine(hint, ResultConsole.Alarm);
        }

        WriteCommand(console, file.Command);
    }

    /// <summary>Prints what a folder's files are.</summary>
    public static void Write(ResultConsole console, FolderInspection folder)
    {
        console.WriteFacts([("folder", folder.Path), ("files", Invariant(folder.Files))]);
        var table = console.Columns("what", ["shape", "units", "files"]).AddColumn(new TableColumn(new Text("such as", ResultConsole.Heading)));
        foreach (var group in folder.Groups)
        {
            table.AddRow(
                ResultConsole.Literal(group.Content), new Text(group.Shapes), new Text(group.Units ?? FourDigits.None), new Text(Invariant(group.Count)),
                ResultConsole.Literal(string.Join(", ", group.Examples) + (group.Count > group.Examples.Count ? ", …" : "")));
        }

        console.Write(table);
        if (folder.UnreadableCount > 0)
        {
            console.WriteLine($"{Invariant(folder.UnreadableCount)} can't be read:", ResultConsole.Alarm);
            foreach (var reason in folder.Unreadable)
            {
                console.WriteLine($"  {reason}", ResultConsole.Alarm);
            }
        }

        WriteCommand(console, folder.Command);
    }

    private static void Write(ResultConsole console, InspectedLatent latent)
    {
        console.WriteLine(string.Empty);
        List<(string, string)> facts =
        [
            ("tensor", $"{(latent.Name.Length == 0 ? "(no key)" : latent.Name)}  {Shape(latent.Shape)} {latent.Type}"),
            ("read as", $"{Invariant(latent.Samples)} x {Shape(latent.SampleShape)}{(latent.Key.Length == 0 ? "" : $", key '{latent.Key}'")}"),
            ("units", $"{latent.Units ?? "not said"}: {latent.Evidence}"),
        ];
        if (latent.Posterior is not null)
        {
            facts.Add(("posterior", $"{latent.Posterior}; below are the means"));
        }

        facts.Add(("not finite", Invariant(latent.NonFinite)));
        console.WriteFacts(facts);
        var table = console.Columns("channel", ["mean", "std", "min", "max"]);
        foreach (var (channel, i) in latent.Channels.Take(ChannelsShown).Select((channel, i) => (channel, i)))
        {
            table.AddRow(
                new Text(Invariant(i)), new Text(FourDigits.Format(channel.Mean)), new Text(FourDigits.Format(channel.Std)),
                new Text(FourDigits.Format(channel.Min)), new Text(FourDigits.Format(channel.Max)));
        }

        if (latent.Channels.Count > ChannelsShown)
        {
            table.AddRow(new Text($"and {Invariant(latent.Channels.Count - ChannelsShown)} more", ResultConsole.Aside));
        }

        console.Write(table);
    }

    private static void Write(ResultConsole console, IReadOnlyList<InspectedTensor> tensors, string heading)
    {
        var table = console.Columns(heading, ["shape", "type"]);
        foreach (var tensor in tensors.Take(TensorsShown))
        {
            table.AddRow(ResultConsole.Literal(tensor.Name), new Text(Shape(tensor.Shape)), new Text(tensor.Type));
        }

        if (tensors.Count > TensorsShown)
        {
            table.AddRow(new Text($"and {Invariant(tensors.Count - TensorsShown)} more", ResultConsole.Aside));
        }

        console.Write(table);
    }

    private static void WriteCommand(ResultConsole console, string? command)
    {
        if (command is not null)
        {
            console.WriteLine(string.Empty);
            console.WriteLine(command, ResultConsole.Answer);
        }
    }

    private static string Shape(IEnumerable<long> dimensions) => $"[{string.Join(',', dimensions.Select(Invariant))}]";

    private static string Invariant(long number) => number.ToString(CultureInfo.InvariantCulture);
}
