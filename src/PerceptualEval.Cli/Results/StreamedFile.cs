namespace PerceptualEval.Cli.Results;

/// <summary>
/// A file that grows as results come, and keeps them whatever happens next. An older file of that name stays as it is until the
/// first result, so that a run that fails before it costs nothing.
/// </summary>
internal sealed class StreamedFile : Output
{
    private readonly string _path;
    private readonly bool _isNew;
    private readonly bool _isFile;
    private readonly FileStream _stream;
    private bool _started;

    /// <summary>Opens the file and proves that it can be written.</summary>
    /// <exception cref="OutputException">It can't.</exception>
    public StreamedFile(string path) : base(path)
    {
        _path = path;
        _isNew = new FileInfo(path) is { Exists: false, LinkTarget: null };
        try
        {
            _stream = OpenAndProbe(path, FileMode.OpenOrCreate, out _isFile);
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            Discard();
            throw OutputException.Because(path, exception);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _stream.Dispose();
        Discard();
    }

    /// <inheritdoc/>
    protected override void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        Start();
        _stream.Write(bytes);
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        // Even where nothing was written: an older file must not pass for the result of this run.
        Start();
        _stream.Dispose();
    }

    private void Start()
    {
        if (!_started && _isFile)
        {
            _stream.SetLength(0);
        }

        _started = true;
    }

    // An empty file that this run made and put nothing into.
    private void Discard()
    {
        if (_isNew && !_started && File.Exists(_path))
        {
            File.Delete(_path);
        }
    }
}
