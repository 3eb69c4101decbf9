using System.Runtime.InteropServices;

namespace PerceptualEval.Cli;

/// <summary>
/// ONNX Runtime collects telemetry where it is not told otherwise: a device id and a log in the user's cache folder, meant to be sent away.
/// Nobody who scores latents asked for that.
/// </summary>
internal static class RuntimeTelemetry
{
    // onnxruntime, core/platform: read once, when the runtime starts.
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Turns it off for this process, before the runtime is loaded. What the user has set stays.</summary>
    public static void TurnOff()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not null)
        {
            return;
        }

        Environment.SetEnvironmentVariable(Variable, "1");

        // .NET keeps an environment of its own on Unix; the runtime reads the process's.
        if (!OperatingSystem.IsWindows())
        {
            _ = SetEnvironmentVariable(Variable, "1", overwrite: 0);
        }
    }

    [DllImport("libc", EntryPoint = "setenv", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnvironmentVariable(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);
}
