using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Store;

/// <summary>Short forms for parameterised statements, and how times and sets are stored.</summary>
internal static class SqlExtensions
{
    /// <summary>A statement with a parameter for each name; values are set afterwards.</summary>
    public static SqliteCommand Prepare(this SqliteConnection connection, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }

    public static SqliteCommand Set(this SqliteCommand command, string name, long value) => command.SetObject(name, value);

    public static SqliteCommand Set(this SqliteCommand command, string name, string value) => command.SetObject(name, value);

    public static SqliteCommand SetNullable(this SqliteCommand command, string name, string? value) =>
        command.SetObject(name, value is null ? DBNull.Value : value);

    /// <summary>Milliseconds since 1970: sortable, and exact enough for everything that a person sees.</summary>
    public static SqliteCommand Set(this SqliteCommand command, string name, DateTimeOffset value) =>
        command.Set(name, value.ToUnixTimeMilliseconds());

    public static SqliteCommand Set(this SqliteCommand command, string name, Enum value) => command.Set(name, value.ToString());

    public static SqliteCommand Set(this SqliteCommand command, string name, IEnumerable<string> values) =>
        command.Set(name, JsonSerializer.Serialize([.. values], StoreJson.Default.StringArray));

    public static DateTimeOffset GetTime(this SqliteDataReader reader, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    public static string[] GetStrings(this SqliteDataReader reader, int column) =>
        JsonSerializer.Deserialize(reader.GetString(column), StoreJson.Default.StringArray) ?? [];

    public static T GetEnum<T>(this SqliteDataReader reader, int column) where T : struct, Enum =>
        Enum.TryParse<T>(reader.GetString(column), out var value)
            ? value
            : throw new StoreException(string.Create(CultureInfo.InvariantCulture,
                $"The database has the unknown {typeof(T).Name} \"{reader.GetString(column)}\"; was it written by a newer Bulwark?"));

    private static SqliteCommand SetObject(this SqliteCommand command, string name, object value)
    {
        command.Parameters[name].Value = value;
        return command;
    }
}
