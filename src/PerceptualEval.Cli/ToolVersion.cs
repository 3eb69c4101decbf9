using System.Reflection;

namespace PerceptualEval.Cli;

/// <summary>The tool's version, as in its package and in every result.</summary>
internal static class ToolVersion
{
    /// <summary>For example <c>0.1.0+c92d306…</c>: the version and the commit it was built from.</summary>
    public static string Text { get; } =
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
