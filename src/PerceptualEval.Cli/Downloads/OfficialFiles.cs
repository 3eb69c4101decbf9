using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PerceptualEval.Cli.Results;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Downloads;

/// <summary>
/// The catalogue's files on this machine: fetched into a hidden folder of the models folder, and given out only when their content
/// is the official one. Where nobody states a hash, the first download is the one to compare later ones with.
/// </summary>
/// <param name="modelsFolder">The models folder.</param>
/// <param name="catalogue">The catalogue.</param>
/// <param name="download">How to fetch; stays the caller's.</param>
internal sealed class OfficialFiles(string modelsFolder, Catalogue catalogue, HttpDownload download)
{
    /// <summary>The folder of the files, in the models folder.</summary>
    public const string FolderName = ".downloads";

    private readonly LockFile _lock = LockFile.Open(modelsFolder);
    private readonly Dictionary<string, string> _unpinned = [];

    /// <summary>Where a file of the catalogue lies once it was fetched.</summary>
    public string PathOf(string name) => Path.Combine([modelsFolder, FolderName, .. name.Split('/')]);

    /// <summary>Fetches a file, or finds it fetched already, and verifies it.</summary>
    /// <param name="name">The file, as the catalogue names it.</param>
    /// <param name="interrupt">Ctrl-C.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="DownloadException">It can't be fetched, or is not the official file.</exception>
    /// <exception cref="OutputException">It can't be written.</exception>
    public async Task<string> GetAsync(string name, CancellationToken interrupt)
    {
        var (path, file) = (PathOf(name), catalogue.Files[name]);
        if (File.Exists(path))
        {
            Verify(file, path, name);
            return path;
        }

        var part = path + ".part";
        using (var progress = ProgressLine.OnStandardError(file.Bytes / 1_000_000, $"MB of {name}"))
        {
            await download.FetchAsync(file, part, (done, _) => progress.Report(done / 1_000_000), interrupt).ConfigureAwait(false);
        }

        Verify(file, part, name);
        File.Move(part, path);
        PartFile.Delete(part);
        return path;
    }

    /// <summary>Pins the files for which nobody states a hash, now that a model was built from them.</summary>
    /// <exception cref="OutputException">The lock file can't be written.</exception>
    public void Pin()
    {
        foreach (var (name, sha256) in _unpinned)
        {
            _lock.Pin(catalogue.Files[name].Url!, sha256);
            Console.Error.WriteLine($"perceptual-eval: no sha256 of '{name}' is publicly stated; pinned {sha256} in '{_lock.FullPath}'.");
        }

        _unpinned.Clear();
    }

    /// <summary>Removes the files of models that are built.</summary>
    public void Remove(IEnumerable<string> names)
    {
        foreach (var path in names.Select(PathOf).Where(File.Exists))
        {
            File.Delete(path);
        }
    }

    /// <summary>Removes the folders that were made for files of which nothing is left.</summary>
    public void RemoveEmptyFolders(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            RemoveIfEmpty(Path.GetDirectoryName(PathOf(name))!);
        }

        RemoveIfEmpty(Path.Combine(modelsFolder, FolderName));
    }

    private static void RemoveIfEmpty(string folder)
    {
        try
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process may just have put a file there; and an empty folder harms nobody.
        }
    }

    // What is not the official file is removed: going on from it, or building from it later, would be of no use.
    private void Verify(CatalogueFile file, string path, string name)
    {
        var sha256 = Model.HashFile(path);
        var pinned = _lock.Sha256Of(file.Url!);
        var problem =
            file.Sha256 is { } stated && sha256 != stated ? $"has sha256 {sha256}; the official file has {stated}. It was altered on its way, or replaced there"
            : file.GitBlob is { } blob && GitBlob(path) is var found && found != blob ? $"has git blob id {found}; the official file has {blob}. It was altered on its way"
            : file.Sha256 is null && pinned is not null && sha256 != pinned
                ? $"has sha256 {sha256}; on its first download it had {pinned} ('{_lock.FullPath}'). It was replaced there; if that is as it should be, remove its line"
            : null;
        if (problem is not null)
        {
            PartFile.Delete(path);
            throw new DownloadException(file.Url!, problem + ". Not used; try again, or fetch it by another way.");
        }

        if (file.Sha256 is null && pinned is null)
        {
            _unpinned[name] = sha256;
        }
    }

    private static string GitBlob(string path)
    {
        // git's object id: SHA-1 over "blob LENGTH\0" and the content. It is what the publisher states; it proves less than SHA-256.
#pragma warning disable CA5350 // Do Not Use Weak Cryptographic Algorithms: the format is git's
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        using var stream = File.OpenRead(path);
        sha1.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {stream.Length}\0")));
        var buffer = new byte[1 << 18];
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            sha1.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(sha1.GetHashAndReset());
    }
}
