using Bulwark.Model;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Store;

/// <summary>What a person set for the whole of Bulwark, by name.</summary>
public static class SettingTable
{
    private const string NewWorkloads = "newWorkloads";
    private const string AskedSince = "askedSince";

    /// <summary>The mode that a person set for workloads to come; null if none.</summary>
    public static Mode? LoadModeOfNew(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT value FROM settings WHERE name = @name", "@name");
        using var reader = command.Set("@name", NewWorkloads).ExecuteReader();
        return reader.Read() ? reader.GetEnum<Mode>(0) : null;
    }

    public static void SaveModeOfNew(SqliteConnection connection, Mode? mode)
    {
        if (mode is { } set)
        {
            using var command = connection.Prepare("INSERT OR REPLACE INTO settings (name, value) VALUES (@name, @value)", "@name", "@value");
            command.Set("@name", NewWorkloads).Set("@value", set).ExecuteNonQuery();
            return;
        }
        using var delete = connection.Prepare("DELETE FROM settings WHERE name = @name", "@name");
        delete.Set("@name", NewWorkloads).ExecuteNonQuery();
    }

    /// <summary>When it was first seen that Docker asks before it does what it is told; null if it never did.</summary>
    public static DateTimeOffset? LoadAskedSince(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT CAST(value AS INTEGER) FROM settings WHERE name = @name", "@name");
        using var reader = command.Set("@name", AskedSince).ExecuteReader();
        return reader.Read() ? reader.GetTime(0) : null;
    }

    public static void SaveAskedSince(SqliteConnection connection, DateTimeOffset time)
    {
        using var command = connection.Prepare("INSERT OR IGNORE INTO settings (name, value) VALUES (@name, CAST(@value AS TEXT))", "@name", "@value");
        command.Set("@name", AskedSince).Set("@value", time).ExecuteNonQuery();
    }
}
