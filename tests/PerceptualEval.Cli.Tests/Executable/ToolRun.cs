using System.Text.Json;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>What a finished run of the executable gave.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Everything on standard output.</param>
/// <param name="Talk">Everything on standard error.</param>
internal sealed record ToolRun(int ExitCode, string Output, string Talk)
{
    private const string StackFrame = "   at ";
    private const char Escape = '\u001b';

    /// <summary>Asserts that it went well and had nothing to say beside its result.</summary>
    public ToolRun Succeeded()
    {
        Assert.Equal("", Talk);
        Assert.Equal(0, ExitCode);
        Assert.DoesNotContain(Escape, Output);
        return this;
    }

    /// <summary>Asserts an exit code, no result, and one line on standard error that has all these parts.</summary>
    public void Refused(int exitCode, params string[] parts)
    {
        Assert.Equal("", Output);
        Said(exitCode, parts);
    }

    /// <summary>Asserts that bad input was refused: exit code 2, no result, and one line that has all these parts.</summary>
    public void RefusedInput(params string[] parts) => Refused(2, parts);

    /// <summary>Asserts an exit code and one line on standard error that has all these parts; there may be a result.</summary>
    public ToolRun Said(int exitCode, params string[] parts)
    {
        var line = Assert.Single(Talk.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("perceptual-eval: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(StackFrame, line, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        Assert.DoesNotContain(Escape, line);
        Assert.All(parts, part => Assert.Contains(part, line, StringComparison.Ordinal));
        Assert.Equal(exitCode, ExitCode);
        return this;
    }

    /// <summary>Standard output, which must be one JSON value and nothing else.</summary>
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Output, new JsonDocumentOptions { AllowDuplicateProperties = false });
        return document.RootElement.Clone();
    }
}
