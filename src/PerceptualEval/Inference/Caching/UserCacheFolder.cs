namespace PerceptualEval.Inference.Caching;

/// <summary>Where the system wants programs to keep what they can make again.</summary>
internal static class UserCacheFolder
{
    /// <summary>The user's folder for caches; null where the user has none.</summary>
    public static string? Path { get; } =
        OperatingSystem.IsWindows() ? Below(Environment.SpecialFolder.LocalApplicationData)
        : OperatingSystem.IsMacOS() ? Below(Environment.SpecialFolder.UserProfile, "Library", "Caches")
        : Xdg(Environment.GetEnvironmentVariable("XDG_CACHE_HOME")) ?? Below(Environment.SpecialFolder.UserProfile, ".cache");

    /// <summary>What the XDG Base Directory Specification makes of its variable: a relative path is to be ignored.</summary>
    internal static string? Xdg(string? variable) => System.IO.Path.IsPathFullyQualified(variable ?? string.Empty) ? variable : null;

    private static string? Below(Environment.SpecialFolder folder, params string[] names) =>
        Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } path ? System.IO.Path.Combine([path, .. names]) : null;
}
