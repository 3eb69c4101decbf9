using Microsoft.ML.OnnxRuntime;

namespace PerceptualEval.Inference;

/// <summary>The plugin execution providers of this process: a library is registered once and then serves all sessions.</summary>
internal static class PluginProviders
{
    private static readonly Lock Registering = new();
    private static readonly Dictionary<string, string[]> Registered = new(StringComparer.Ordinal);

    /// <summary>The provider of a library, which is registered where it is not yet, and the devices that it has here.</summary>
    /// <param name="library">The library.</param>
    /// <returns>The devices, at least one, all of one provider.</returns>
    /// <exception cref="DeviceException">The library can't be loaded, or has no such provider, several, or none for this machine.</exception>
    public static IReadOnlyList<OrtEpDevice> Devices(ProviderLibrary library)
    {
        var names = NamesIn(Path.GetFullPath(library.Path));
        var name = library.Provider ?? (names is [var only] ? only : null);
        return name is not null && names.Contains(name)
            ? [.. OrtEnv.Instance().GetEpDevices().Where(device => device.EpName == name)]
            : throw new DeviceException(
                $"provider library '{library.Path}' has {(names.Length == 0 ? "no provider for this machine" : $"the providers {string.Join(", ", names)}")}; "
                + $"expected {(library.Provider is null ? "one. Name it with --provider" : $"'{library.Provider}'")}.");
    }

    private static string[] NamesIn(string path)
    {
        lock (Registering)
        {
            if (!Registered.TryGetValue(path, out var names))
            {
                names = Registered[path] = Register(path);
            }

            return names;
        }
    }

    private static string[] Register(string path)
    {
        var before = Names();
        try
        {
            OrtEnv.Instance().RegisterExecutionProviderLibrary(path, path);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new DeviceException($"provider library '{path}' can't be used: {RuntimeMessage.OneLine(exception)}", exception);
        }

        return [.. Names().Except(before)];
    }

    private static string[] Names() => [.. OrtEnv.Instance().GetEpDevices().Select(device => device.EpName).Distinct()];
}
