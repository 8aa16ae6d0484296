using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Store;

/// <summary>
/// The SQLite file: opened, checked and brought to the newest schema. One connection writes, guarded by a lock; readers have
/// connections of their own and, with the write-ahead log, never wait for the writer.
/// </summary>
public sealed class Database : IDisposable
{
    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Lock _writing = new();
    private readonly SqliteConnection _writer;
    private readonly string _readers;

    private readonly FileStream _owner;

    private Database(SqliteConnection writer, FileStream owner, string path)
    {
        _writer = writer;
        _owner = owner;
        _readers = ConnectionString(path, SqliteOpenMode.ReadWrite);
    }

    /// <summary>Opens <c>bulwark.db</c> in the directory; creates what is missing, readable for the owner only.</summary>
    /// <exception cref="StoreException">The file is damaged, not Bulwark's, of a newer version, or in use by another Bulwark.</exception>
    public static Database Open(string directory)
    {
        Directory.CreateDirectory(directory, DirectoryMode);
        File.SetUnixFileMode(directory, DirectoryMode);
        var path = Path.Combine(directory, "bulwark.db");
        var owner = Own(directory);
        try
        {
            return new(OpenFile(path), owner, path);
        }
        catch
        {
            owner.Dispose();
            throw;
        }
    }

    private static SqliteConnection OpenFile(string path)
    {
        // Made before SQLite opens it: SQLite gives its log and shared-memory files the mode of the database.
        if (!File.Exists(path))
            new FileStream(path, new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = FileMode })
                .Dispose();
        File.SetUnixFileMode(path, FileMode);

        var connection = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadWrite));
        try
        {
            connection.Open();
            Check(connection, path);
            Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;");
            Migrate(connection);
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new StoreException(
                $"The database {path} cannot be read: {e.Message}. It was left as it is. "
                + "Restore it from a backup, or move it away to start with an empty one (every workload then learns anew).", e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs <paramref name="action"/> in one transaction: all of it is kept, or none.</summary>
    public void Write(Action<SqliteConnection> action)
    {
        lock (_writing)
        {
            using var transaction = _writer.BeginTransaction(deferred: false);
            action(_writer);
            transaction.Commit();
        }
    }

    /// <summary>Reads a consistent state that no writer disturbs.</summary>
    public T Read<T>(Func<SqliteConnection, T> read)
    {
        using var connection = new SqliteConnection(_readers);
        connection.Open();
        using var transaction = connection.BeginTransaction(deferred: true);
        return read(connection);
    }

    public void Dispose()
    {
        lock (_writing)
            _writer.Dispose();
        _owner.Dispose();
    }

    // Two servers would give one identity to two workloads. The lock goes with the process, however that ends.
    private static FileStream Own(string directory)
    {
        var path = Path.Combine(directory, "bulwark.lock");
        try
        {
            return new(path, new FileStreamOptions
            {
                Mode = System.IO.FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = FileMode,
            });
        }
        catch (IOException e)
        {
            throw new StoreException($"The data directory {directory} is in use: another Bulwark is already running with it.", e);
        }
    }

    // Without a pool the files are free as soon as the connection is closed, and several databases do not share state.
    private static string ConnectionString(string path, SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 5 }.ToString();

    private static void Check(SqliteConnection connection, string path)
    {
        var application = Scalar(connection, "PRAGMA application_id");
        var version = Scalar(connection, "PRAGMA user_version");
        var tables = Scalar(connection, "SELECT count(*) FROM sqlite_schema");
        if (application != Migrations.ApplicationId && (application != 0 || tables != 0))
            throw new StoreException($"{path} is an SQLite database, but not Bulwark's. It was left as it is; choose another data directory.");
        if (version > Migrations.Steps.Length)
        {
            throw new StoreException(string.Create(CultureInfo.InvariantCulture,
                $"{path} was written by a newer Bulwark (schema {version}; this one knows {Migrations.Steps.Length}). It was left as it is; install the newer version again."));
        }
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA quick_check(1)";
        if (command.ExecuteScalar() as string is var result && result != "ok")
        {
            throw new StoreException(
                $"The database {path} is damaged ({result}). It was left as it is. Restore it from a backup, or move it away to start "
                + "with an empty one (every workload then learns anew).");
        }
    }

    private static void Migrate(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = Scalar(connection, "PRAGMA user_version");
        foreach (var step in Migrations.Steps.Skip((int)version))
            Execute(connection, step);
        // Pragmas take no parameters; both values are this program's own numbers.
        Execute(connection, string.Create(CultureInfo.InvariantCulture,
            $"PRAGMA application_id = {Migrations.ApplicationId}; PRAGMA user_version = {Migrations.Steps.Length};"));
        transaction.Commit();
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
