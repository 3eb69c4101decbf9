using Spectre.Console;
using Spectre.Console.Rendering;

namespace PerceptualEval.Cli.Results;

/// <summary>Where tables go: with colour and lines on a terminal; in a pipe or file plain columns, nothing cut to a width.</summary>
internal sealed class ResultConsole
{
    // Wide enough for any id; a table is only as wide as its content.
    private const int Unlimited = 1 << 16;

    private readonly IAnsiConsole? _terminal;
    private readonly TextWriter? _plain;

    private ResultConsole(IAnsiConsole? terminal, TextWriter? plain)
    {
        _terminal = terminal;
        _plain = plain;
    }

    /// <summary>Style of a heading.</summary>
    public static Style Heading { get; } = new(Color.Teal);

    /// <summary>Style of the number that is looked for first.</summary>
    public static Style Answer { get; } = new(decoration: Decoration.Bold);

    /// <summary>Style of what is not as it should be.</summary>
    public static Style Alarm { get; } = new(Color.Red);

    /// <summary>Style of what can be passed over.</summary>
    public static Style Aside { get; } = new(Color.Grey);

    /// <summary>The process's standard output, whichever it is.</summary>
    public static ResultConsole StandardOutput() =>
        Console.IsOutputRedirected ? Plain(Console.Out) : new ResultConsole(AnsiConsole.Console, null);

    /// <summary>Plain text.</summary>
    /// <param name="writer">Where to write; stays the caller's.</param>
    public static ResultConsole Plain(TextWriter writer) => new(null, writer);

    /// <summary>What a terminal of a given width gets.</summary>
    /// <param name="writer">Where to write; stays the caller's.</param>
    /// <param name="width">The terminal's width in columns.</param>
    public static ResultConsole Terminal(TextWriter writer, int width) =>
        new(Over(writer, AnsiSupport.Yes, ColorSystemSupport.Standard, width), null);

    /// <summary>Text as it is: no markup is read into it, and what would steer a terminal is made visible.</summary>
    public static Text Literal(string text, Style? style = null) =>
        new(string.Concat(text.Select(character => char.IsControl(character) ? '\uFFFD' : character)), style);

    /// <summary>Starts a table with a column of names and columns of numbers.</summary>
    public Table Columns(string names, IEnumerable<string> numbers)
    {
        var table = new Table { Border = _terminal is null ? new BlankBorder() : TableBorder.Simple };
        table.BorderStyle(Aside);
        table.AddColumn(new TableColumn(new Text(names, Heading)));
        foreach (var name in numbers)
        {
            table.AddColumn(new TableColumn(new Text(name, Heading)).RightAligned().NoWrap());
        }

        return table;
    }

    /// <summary>Prints something that Spectre.Console can lay out.</summary>
    /// <exception cref="OutputException">It can't be written; the disk that a file lies on is full, for instance.</exception>
    public void Write(IRenderable content)
    {
        if (_terminal is not null)
        {
            _terminal.Write(content);
            return;
        }

        using var text = new StringWriter();
        Over(text, AnsiSupport.No, ColorSystemSupport.NoColors, Unlimited).Write(content);
        var lines = text.ToString().AsSpan();
        try
        {
            foreach (var line in lines[..^Environment.NewLine.Length].EnumerateLines())
            {
                _plain!.WriteLine(line.TrimEnd());
            }
        }
        catch (IOException exception)
        {
            throw OutputException.Because("standard output", exception, whileRunning: true);
        }
    }

    /// <summary>Prints a line.</summary>
    public void WriteLine(string text, Style? style = null) => Write(new Rows(Literal(text, style)));

    /// <summary>Prints names and what they stand for, in two columns.</summary>
    public void WriteFacts(IEnumerable<(string Name, string Value)> facts)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn(new GridColumn().PadRight(0));
        foreach (var (name, value) in facts)
        {
            grid.AddRow(new Text(name, Aside), Literal(value));
        }

        Write(grid);
    }

    private static IAnsiConsole Over(TextWriter writer, AnsiSupport ansi, ColorSystemSupport colors, int width)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = ansi,
            ColorSystem = colors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}
