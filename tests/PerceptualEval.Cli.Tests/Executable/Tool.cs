using System.Diagnostics;
using System.Text;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>
/// Runs the built executable as a user's script would: a process of its own, whose streams are pipes. Models of the machine's user
/// are out of its sight.
/// </summary>
internal sealed class Tool : IDisposable
{
    // Generous, for a machine that does other things; a run that hangs fails its test instead of the whole suite.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _talk;

    private Tool(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _talk = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The executable: the assembly that the runtime starts.</summary>
    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "perceptual-eval.dll");

    /// <summary>Whether it has not ended yet.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Runs it to its end.</summary>
    public static async Task<ToolRun> Run(params string[] arguments)
    {
        using var tool = Start(arguments);
        return await tool.Ended();
    }

    /// <summary>Runs it to its end in a folder.</summary>
    public static async Task<ToolRun> RunIn(string folder, params string[] arguments)
    {
        var start = StartInfo("dotnet", [Assembly, .. arguments]);
        start.WorkingDirectory = folder;
        using var tool = new Tool(Process.Start(start)!);
        return await tool.Ended();
    }

    /// <summary>Starts it.</summary>
    public static Tool Start(params string[] arguments) => new(Process.Start(StartInfo("dotnet", [Assembly, .. arguments]))!);

    /// <summary>Runs a shell command to its end; <c>"$@"</c> in it is the executable with these arguments.</summary>
    public static async Task<ToolRun> RunInShell(string command, params string[] arguments)
    {
        using var tool = new Tool(Process.Start(StartInfo("/bin/sh", ["-c", command, "sh", "dotnet", Assembly, .. arguments]))!);
        return await tool.Ended();
    }

    /// <summary>The user's cache folder, as the tool sees it.</summary>
    public static string CacheFolder { get; } = Path.Combine(Path.GetTempPath(), "perceptual-eval-test-cache");

    /// <summary>Does what Ctrl-C does.</summary>
    public async Task Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Ends it at once, as <c>kill -9</c> does, and waits until it is gone.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits for its end.</summary>
    public async Task<ToolRun> Ended()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        await _process.WaitForExitAsync(limit.Token);
        return new ToolRun(_process.ExitCode, await _output, await _talk);
    }

    public void Dispose()
    {
        if (IsRunning)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(string file, string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment.Remove(ModelStore.EnvironmentVariable);
        start.Environment["XDG_DATA_HOME"] = Path.Combine(Path.GetTempPath(), "perceptual-eval-no-user-data");
        start.Environment["XDG_CACHE_HOME"] = CacheFolder;
        start.Environment["TERM"] = "xterm-256color"; // what pipes get must not depend on it
        return start;
    }
}
