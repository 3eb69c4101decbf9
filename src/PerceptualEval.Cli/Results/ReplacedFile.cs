namespace PerceptualEval.Cli.Results;

/// <summary>
/// A file that is of use only when whole: written beside its place under another name, and moved there when it is complete. Until
/// then an older file of that name stays as it is; without <see cref="Output.Commit"/> nothing is left.
/// </summary>
internal sealed class ReplacedFile : Output
{
    private const int BufferBytes = 1 << 16;

    private readonly string _target;
    private readonly string? _temporary;
    private readonly FileStream _file;

    // Never disposed, for that would flush into a full disk a second time; the file is.
    private readonly BufferedStream _buffer;

    /// <summary>Opens a temporary file beside the target, and proves that both can be written.</summary>
    /// <exception cref="OutputException">One can't.</exception>
    public ReplacedFile(string path) : base(path)
    {
        try
        {
            // A link stays a link: the file that it leads to, there or not, is replaced.
            var link = new FileInfo(path);
            _target = (link.LinkTarget is null ? link : link.ResolveLinkTarget(returnFinalTarget: true)!).FullName;
            _file = OpenDevice(_target) ?? OpenAndProbe(_temporary = $"{_target}.{Guid.NewGuid():N}.partial", FileMode.CreateNew, out _);
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            Discard();
            throw OutputException.Because(path, exception);
        }

        _buffer = new BufferedStream(_file, BufferBytes);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _file.Dispose();
        Discard();
    }

    /// <inheritdoc/>
    protected override void WriteBytes(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    /// <inheritdoc/>
    protected override void Finish()
    {
        _buffer.Flush();
        _file.Dispose();
        if (_temporary is not null)
        {
            File.Move(_temporary, _target, overwrite: true);
        }
    }

    // A device or a pipe can't be replaced, so it is written as it is. Also proves that an existing file may be changed at all.
    private static FileStream? OpenDevice(string target)
    {
        if (!Path.Exists(target))
        {
            return null;
        }

        var existing = OpenAndProbe(target, FileMode.Open, out var isFile);
        if (!isFile)
        {
            return existing;
        }

        existing.Dispose();
        return null;
    }

    // Gone already where it was moved to its place, or never made.
    private void Discard()
    {
        if (_temporary is not null && File.Exists(_temporary))
        {
            File.Delete(_temporary);
        }
    }
}
