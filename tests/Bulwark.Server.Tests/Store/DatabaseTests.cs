using Bulwark.Server.Store;
using Bulwark.Server.Tests.Harness;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Tests.Store;

public sealed class DatabaseTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Only_the_owner_may_read_the_database()
    {
        using var database = Database.Open(_directory["data"]);
        database.Write(c => { });
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory["data"]));
        Assert.All(Directory.GetFiles(_directory["data"]),
            f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
    }

    [Fact]
    public void A_database_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        Database.Open(_directory["data"]).Dispose();
        Execute("PRAGMA user_version = 999");
        var before = File.ReadAllBytes(_directory["data/bulwark.db"]);
        var e = Assert.Throws<StoreException>(() => Database.Open(_directory["data"]));
        Assert.Contains("newer Bulwark (schema 999", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_directory["data/bulwark.db"]));
    }

    [Fact]
    public void A_damaged_database_is_refused_and_left_as_it_is()
    {
        Directory.CreateDirectory(_directory["data"]);
        File.WriteAllText(_directory["data/bulwark.db"], new string('x', 8192));
        var e = Assert.Throws<StoreException>(() => Database.Open(_directory["data"]));
        Assert.Contains("left as it is", e.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 8192), File.ReadAllText(_directory["data/bulwark.db"]));
    }

    [Fact]
    public void A_database_with_a_damaged_page_is_refused()
    {
        using (var database = Database.Open(_directory["data"]))
            database.Write(c => { });
        Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        using (var file = File.OpenWrite(_directory["data/bulwark.db"]))
        {
            file.Position = 4096;
            file.Write(new byte[4096].Select(_ => (byte)0xEE).ToArray());
        }
        Assert.Throws<StoreException>(() => Database.Open(_directory["data"]));
    }

    [Fact]
    public void The_database_of_another_program_is_refused()
    {
        Directory.CreateDirectory(_directory["data"]);
        Execute("CREATE TABLE songs (name TEXT)", SqliteOpenMode.ReadWriteCreate);
        var e = Assert.Throws<StoreException>(() => Database.Open(_directory["data"]));
        Assert.Contains("not Bulwark's", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_is_in_use_is_refused()
    {
        using var first = Database.Open(_directory["data"]);
        var e = Assert.Throws<StoreException>(() => Database.Open(_directory["data"]));
        Assert.Contains("already running", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_transaction_that_fails_leaves_nothing()
    {
        using var database = Database.Open(_directory["data"]);
        var workload = new Model.Workloads.Workload(new(256), "shop/web", Model.Workloads.WorkloadKind.Compose);
        Assert.Throws<InvalidOperationException>(() => database.Write(c =>
        {
            WorkloadTable.Save(c, workload);
            throw new InvalidOperationException();
        }));
        Assert.Empty(database.Read(WorkloadTable.Load));
    }

    [Fact]
    public void What_was_committed_survives_the_end_of_the_process_at_any_moment()
    {
        using var database = Database.Open(_directory["data"]);
        database.Write(c => WorkloadTable.Save(c, new(new(256), "shop/web", Model.Workloads.WorkloadKind.Compose)));
        database.Write(c =>
        {
            WorkloadTable.Save(c, new(new(257), "shop/db", Model.Workloads.WorkloadKind.Compose));
            // What a killed process leaves is what is in the files now.
            Directory.CreateDirectory(_directory["killed"]);
            foreach (var file in new[] { "bulwark.db", "bulwark.db-wal" })
                File.Copy(_directory["data/" + file], _directory["killed/" + file]);
        });
        using var left = Database.Open(_directory["killed"]);
        Assert.Equal(["shop/web"], left.Read(WorkloadTable.Load).Select(w => w.Workload.Name));
    }

    [Fact]
    public void A_database_of_every_earlier_version_gets_the_newest_schema()
    {
        Database.Open(_directory["data"]).Dispose();
        var newest = Schema("data");
        for (var version = 0; version < Migrations.Steps.Length; version++)
        {
            var name = $"old{version}";
            Directory.CreateDirectory(_directory[name]);
            var steps = string.Concat(Migrations.Steps.Take(version));
            Execute($"{steps} PRAGMA application_id = {Migrations.ApplicationId}; PRAGMA user_version = {version};",
                SqliteOpenMode.ReadWriteCreate, name);
            Database.Open(_directory[name]).Dispose();
            Assert.Equal(newest, Schema(name));
        }
    }

    private string Schema(string name)
    {
        using var database = Database.Open(_directory[name]);
        return database.Read(c =>
        {
            using var command = c.CreateCommand();
            command.CommandText = "SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_schema ORDER BY name)";
            return (string)command.ExecuteScalar()!;
        });
    }

    private void Execute(string sql, SqliteOpenMode mode = SqliteOpenMode.ReadWrite, string name = "data")
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = _directory[name + "/bulwark.db"], Mode = mode, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own constants.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
