using Bulwark.Images.Executables;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Store;

/// <summary>The executable files of images, by the image's id. They stay on the disk: an image may have many, and few are ever asked for.</summary>
public static class ExecutableTable
{
    /// <summary>Writes the executable files of an image, in place of those that it had.</summary>
    public static void Save(SqliteConnection connection, string image, IEnumerable<ImageExecutable> files)
    {
        Delete(connection, image);
        using var command = connection.Prepare(
            "INSERT OR IGNORE INTO executables (image, path, package, version) VALUES (@image, @path, @package, @version)",
            "@image", "@path", "@package", "@version");
        foreach (var file in files)
            command.Set("@image", image).Set("@path", file.Path).Set("@package", file.Package).Set("@version", file.Version).ExecuteNonQuery();
    }

    public static void Delete(SqliteConnection connection, string image)
    {
        using var command = connection.Prepare("DELETE FROM executables WHERE image = @image", "@image");
        command.Set("@image", image).ExecuteNonQuery();
    }

    public static ImageExecutable? Find(SqliteConnection connection, string image, string path)
    {
        using var command = connection.Prepare("SELECT package, version FROM executables WHERE image = @image AND path = @path", "@image", "@path");
        using var reader = command.Set("@image", image).Set("@path", path).ExecuteReader();
        return reader.Read() ? new(path, reader.GetString(0), reader.GetString(1)) : null;
    }
}
