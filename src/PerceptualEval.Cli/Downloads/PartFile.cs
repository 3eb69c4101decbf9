using System.Net.Http.Headers;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Downloads;

/// <summary>
/// What has arrived of a download, and beside it the tag that the server gave that content (<c>.etag</c>): only where the tag is
/// still the same may the rest be put behind it. Open in one process at a time.
/// </summary>
internal sealed class PartFile : IDisposable
{
    private readonly string _path;
    private readonly string _tagPath;
    private readonly FileStream _file;

    /// <summary>Opens what an earlier run left, or makes an empty file and the folders on its way.</summary>
    /// <exception cref="OutputException">It can't be written, or another process is at it.</exception>
    public PartFile(string path)
    {
        (_path, _tagPath) = (path, path + ".etag");
        _file = OrSay(whileRunning: false, () =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0);
        });
        Tag = OrSay(whileRunning: false, () => File.Exists(_tagPath) ? File.ReadAllText(_tagPath) : null);

        // Half a tag, from a run that was killed, is none.
        Tag = EntityTagHeaderValue.TryParse(Tag, out _) ? Tag : null;
        Length = Tag is null ? 0 : _file.Length;
        _file.Position = Length;
    }

    /// <summary>The tag of the content so far; null where there is none, and then nothing can be put behind it later.</summary>
    public string? Tag { get; private set; }

    /// <summary>How many bytes have arrived.</summary>
    public long Length { get; private set; }

    /// <summary>Throws away what has arrived.</summary>
    /// <param name="tag">The tag of what comes instead; null where the server gives none.</param>
    /// <exception cref="OutputException">The file can't be written.</exception>
    public void Restart(string? tag) => OrSay(whileRunning: true, () =>
    {
        // Emptied before it gets its new tag: a crash in between must not leave old bytes under it.
        if (_file.Length > 0)
        {
            _file.SetLength(0);
        }

        (Length, Tag) = (0, tag);
        if (tag is null)
        {
            File.Delete(_tagPath);
        }
        else
        {
            File.WriteAllText(_tagPath, tag);
        }

        return true;
    });

    /// <summary>Puts bytes behind those that are there.</summary>
    /// <exception cref="OutputException">They can't be written; the disk is full, for instance.</exception>
    public async Task AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken interrupt)
    {
        try
        {
            await _file.WriteAsync(bytes, interrupt).ConfigureAwait(false);
            Length += bytes.Length;
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            throw OutputException.Because(_path, exception, whileRunning: true);
        }
    }

    /// <summary>Closes the file; what has arrived stays for the next run.</summary>
    public void Dispose()
    {
        _file.Dispose();
        if (Length == 0)
        {
            Delete(_path);
        }
    }

    /// <summary>Removes what an earlier run left.</summary>
    public static void Delete(string path)
    {
        File.Delete(path);
        File.Delete(path + ".etag");
    }

    private T OrSay<T>(bool whileRunning, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            throw OutputException.Because(_path, exception, whileRunning);
        }
    }
}
