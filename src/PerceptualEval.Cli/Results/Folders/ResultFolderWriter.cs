using System.Security.Cryptography;
using System.Text.Json;

namespace PerceptualEval.Cli.Results.Folders;

/// <summary>
/// Writes a results folder part by part. A part, and then the manifest that names it, are put in their place whole and flushed to
/// disk, so that a killed run loses the part in progress and nothing else. Not safe for concurrent use; another process is kept out.
/// </summary>
internal sealed class ResultFolderWriter : IDisposable
{
    private readonly string _folder;
    private readonly FolderLock _lock;
    private readonly List<ResultRow> _rows = [];
    private readonly List<ManifestPart> _parts;
    private ResultManifest _manifest;

    private ResultFolderWriter(string folder, FolderLock folderLock, ResultManifest manifest, IReadOnlyList<ResultRow> kept)
    {
        _folder = folder;
        _lock = folderLock;
        _manifest = manifest;
        _parts = [.. manifest.Parts];
        Kept = kept;
    }

    /// <summary>The rows that were there when the folder was opened, in order; bad files among them.</summary>
    public IReadOnlyList<ResultRow> Kept { get; }

    /// <summary>Whether the run is through, and nothing is to be written.</summary>
    public bool IsComplete => _manifest.State == ResultState.Complete;

    /// <summary>Opens a folder for a run, makes it where there is none, and proves that it can be written.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="run">The run.</param>
    /// <param name="partSize">From how many rows on a part is closed, at least 1.</param>
    /// <param name="resume">Whether to go on where a folder holds results of this run already, after checking their hashes.</param>
    /// <exception cref="ResultException">The folder holds other things, another run's results, or damaged ones; or another process writes here.</exception>
    /// <exception cref="OutputException">The folder can't be written.</exception>
    public static ResultFolderWriter Open(string folder, ResultRun run, int partSize, bool resume)
    {
        try
        {
            DurableFile.CreateFolder(folder);
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            throw OutputException.Because(folder, exception);
        }

        var folderLock = FolderLock.Take(folder);
        try
        {
            var there = Find(folder, run, resume);
            var rows = there is null ? [] : there.Parts.SelectMany(part => ResultManifest.ReadPart(folder, part)).ToArray();
            var manifest = there is null
                ? new ResultManifest(ResultManifest.CurrentSchema, run.Verb, ResultState.Running, run.Asked, run.Provenance, partSize, [], null)
                : there.State == ResultState.Complete ? there : there with { PartSize = partSize };
            var writer = new ResultFolderWriter(folder, folderLock, manifest, rows);
            if (!writer.IsComplete)
            {
                writer.WriteManifest(whileRunning: false);
            }

            return writer;
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Adds rows; the part they fill is on disk afterwards.</summary>
    /// <param name="rows">Those of whole batches, in order: they stay in one part, so that a run that goes on forms the same batches.</param>
    /// <exception cref="OutputException">The part can't be written.</exception>
    public void Write(IEnumerable<ResultRow> rows)
    {
        _rows.AddRange(rows);
        if (_rows.Count >= _manifest.PartSize)
        {
            Flush();
        }
    }

    /// <summary>Writes the part in progress, however small: the run was interrupted, or failed, and may go on later.</summary>
    /// <exception cref="OutputException">The part can't be written.</exception>
    public void Flush()
    {
        if (_rows.Count == 0)
        {
            return;
        }

        var metadata = new Dictionary<string, string> { [ParquetScoreWriter.ProvenanceKey] = ResultRun.OnOneLine(_manifest.Provenance) };
        var bytes = ResultTable.Write(_rows, metadata);
        var part = new ManifestPart(ResultManifest.PartName(_parts.Count), _rows.Count, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        WriteFile(part.File, bytes, whileRunning: true);
        _parts.Add(part);
        _rows.Clear();
        WriteManifest(whileRunning: true);
    }

    /// <summary>Ends the run.</summary>
    /// <param name="summary">Its summary, as JSON.</param>
    /// <exception cref="OutputException">The last part or the manifest can't be written.</exception>
    public void Complete(ReadOnlySpan<byte> summary)
    {
        Flush();
        _manifest = _manifest with { State = ResultState.Complete, Summary = JsonElement.Parse(summary) };
        WriteManifest(whileRunning: true);
    }

    /// <summary>Lets other processes write here. Rows of a part that is not full are lost unless <see cref="Flush"/> came before.</summary>
    public void Dispose() => _lock.Dispose();

    // The manifest to go on with; null where the folder is empty.
    private static ResultManifest? Find(string folder, ResultRun run, bool resume)
    {
        if (!ResultManifest.IsIn(folder))
        {
            // Names with a dot are our own: the lock, and what a killed process had not put in its place.
            var found = Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).FirstOrDefault(name => name![0] != '.');
            return found is null ? null
                : throw new ResultException(folder, $"holds '{found}' and no {ResultManifest.FileName}: it is no results folder. Choose an empty or new one.");
        }

        var there = ResultManifest.Read(folder);
        if (run.DifferenceTo(ResultRun.Of(there)) is { } difference)
        {
            throw new ResultException(folder, $"holds the results of another run: {difference}. Choose another folder.");
        }

        return resume ? there
            : throw new ResultException(folder, FormattableString.Invariant(
                $"holds {there.Parts.Sum(part => part.Rows)} rows of this run already ({(there.State == ResultState.Complete ? "complete" : "not complete")}). Go on with --resume, or choose another folder."));
    }

    private void WriteManifest(bool whileRunning)
    {
        _manifest = _manifest with { Parts = [.. _parts] };
        WriteFile(ResultManifest.FileName, _manifest.ToBytes(), whileRunning);
    }

    private void WriteFile(string name, ReadOnlySpan<byte> bytes, bool whileRunning)
    {
        var path = Path.Combine(_folder, name);
        try
        {
            DurableFile.Write(path, bytes);
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            throw OutputException.Because(path, exception, whileRunning);
        }
    }
}
