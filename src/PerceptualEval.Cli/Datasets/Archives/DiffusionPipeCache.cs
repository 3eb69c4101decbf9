using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using PerceptualEval.Cli.Datasets.Files;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>
/// A cache of diffusion-pipe: <c>metadata.db</c>, whose table <c>items(shard, shard_index)</c> lists the samples, and whose tables
/// <c>shard_N(offset, size)</c> say where in <c>shard_N.bin</c> each one's torch file lies. Samples have no names; their ids count.
/// </summary>
/// <param name="path">The database.</param>
internal sealed partial class DiffusionPipeCache(string path) : Archive(path)
{
    /// <summary>The database's name.</summary>
    public const string DatabaseName = "metadata.db";

    private const string TextEmbeddings = "text_embeddings_";

    private string Folder => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;

    /// <inheritdoc/>
    public override bool InOrderOnly => false;

    /// <summary>Whether a path is that of a cache's database: by its name, and the shard beside it.</summary>
    public static bool IsAt(string path) => System.IO.Path.GetFileName(path.AsSpan()).Equals(DatabaseName, StringComparison.Ordinal)
        && File.Exists(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, "shard_0.bin"));

    /// <summary>Whether a path is that of a cache's shard: by its name, and the database beside it.</summary>
    public static bool IsShard(string path) => path.EndsWith(".bin", StringComparison.Ordinal) && ShardName().IsMatch(System.IO.Path.GetFileNameWithoutExtension(path.AsSpan()))
        && File.Exists(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, DatabaseName));

    /// <inheritdoc/>
    public override string IdPrefix(string name) => name[..^DatabaseName.Length];

    /// <inheritdoc/>
    public override bool Owns(string id, string idPrefix) => id.StartsWith(idPrefix, StringComparison.Ordinal) && ShardName().IsMatch(id.AsSpan(idPrefix.Length));

    /// <inheritdoc/>
    public override IEnumerable<DatasetFile> Files(SourceKind? kind, string idPrefix)
    {
        // A trainer's cache has a folder of latents and one for each text encoder.
        if (kind == SourceKind.Image || System.IO.Path.GetFileName(Folder).StartsWith(TextEmbeddings, StringComparison.Ordinal))
        {
            yield break;
        }

        using var connection = Guard(Open);
        using var items = Guard(() => Query(connection, "items", "SELECT shard, shard_index FROM items ORDER BY rowid"));
        using var reader = Guard(items.ExecuteReader);
        using var place = new ShardTable(connection);
        var most = new FileInfo(Path).Length;
        for (var index = 0L; Guard(() => MoveNext(reader, index, most)); index++)
        {
            var (offset, size) = Guard(() => place.Find(Integer(reader, 0), Integer(reader, 1)));
            var number = index.ToString(CultureInfo.InvariantCulture);
            var shard = System.IO.Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"shard_{reader.GetInt64(0)}.bin"));
            yield return new FileInArchive(idPrefix + number, shard, number, ArchiveKind.DiffusionPipe, offset, size);
        }
    }

    [GeneratedRegex("^shard_[0-9]+$")]
    private static partial Regex ShardName();

    // SQLite columns hold any type, and convert what they are asked for: text becomes 0.
    private static long Integer(SqliteDataReader reader, int column) => reader.GetValue(column) is long and >= 0 and var value
        ? value
        : throw new InvalidDataException($"its column {reader.GetName(column)} holds '{reader.GetValue(column)}' where a number is expected");

    private static SqliteCommand Query(SqliteConnection connection, string table, string sql)
    {
        RequireTable(connection, table);
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    // A view is a program, which may have rows without end.
    private static void RequireTable(SqliteConnection connection, string name)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA main.table_list({name})";
        using var reader = command.ExecuteReader();
        if (reader.Read() && reader.GetString(2) is not "table" and var kind)
        {
            throw new InvalidDataException($"its {name} is a {kind}; expected a table");
        }
    }

    // The pages of a damaged table may refer to each other again and again.
    private static bool MoveNext(SqliteDataReader reader, long index, long most)
    {
        var any = reader.Read();
        return any && index >= most ? throw new InvalidDataException($"its table items has more rows than the database has bytes, {most}: it is damaged") : any;
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is SqliteException or InvalidDataException)
        {
            // SQLite quotes what it finds in the file.
            throw new DatasetException($"'{Path}' can't be read as the database of a diffusion-pipe cache: {MemberName.Printable(exception.Message)}", exception);
        }
    }

    /// <summary>Looks up where samples lie. They come shard by shard.</summary>
    private sealed class ShardTable(SqliteConnection connection) : IDisposable
    {
        private SqliteCommand? _command;
        private long _shard;

        public (long Offset, long Size) Find(long shard, long index)
        {
            if (_command is null || _shard != shard)
            {
                _command?.Dispose();
                // Rows are only ever added, so that the n-th has the row id n. A table's name can't be a parameter; this one is a number.
                var table = string.Create(CultureInfo.InvariantCulture, $"shard_{shard}");
                _command = Query(connection, table, $"SELECT offset, size FROM {table} WHERE rowid = $row");
                _command.Parameters.Add("$row", SqliteType.Integer);
                _shard = shard;
            }

            _command.Parameters[0].Value = index + 1;
            using var reader = _command.ExecuteReader();
            return reader.Read()
                ? (Integer(reader, 0), Integer(reader, 1))
                : throw new InvalidDataException($"its table shard_{shard} has no row {index}, which its table items refers to");
        }

        public void Dispose() => _command?.Dispose();
    }
}
