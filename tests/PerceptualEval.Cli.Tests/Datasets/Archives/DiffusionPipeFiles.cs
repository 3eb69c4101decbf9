using Microsoft.Data.Sqlite;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets.Archives;

/// <summary>Makes caches as diffusion-pipe does, but with .npy items: readers tell them by their content.</summary>
internal static class DiffusionPipeFiles
{
    /// <summary>Writes a cache; every number is the first value of an item of the shard.</summary>
    public static void DiffusionPipeCache(this TemporaryFolder folder, string name, float[][] shards)
    {
        folder.Folder(name);
        var sql = "CREATE TABLE fingerprint(value); INSERT INTO fingerprint VALUES('x'); CREATE TABLE items(shard, shard_index);";
        for (var shard = 0; shard < shards.Length; shard++)
        {
            using var file = File.Create(folder[$"{name}/shard_{shard}.bin"]);
            sql += $"CREATE TABLE shard_{shard}(offset, size);";
            for (var i = 0; i < shards[shard].Length; i++)
            {
                var item = TarBytes.Latent(shards[shard][i]);
                sql += $"INSERT INTO items VALUES({shard}, {i}); INSERT INTO shard_{shard} VALUES({file.Length}, {item.Length});";
                file.Write(item);
            }
        }

        Execute(folder[$"{name}/metadata.db"], sql);
    }

    /// <summary>Changes a database.</summary>
    public static void Execute(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
