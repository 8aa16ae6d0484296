using System.Collections.Immutable;
using System.Text.Json;
using Bulwark.Images.Gate;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Store;

/// <summary>What scans of images found, by the image's id, and since when repairs of vulnerabilities are known here.</summary>
public static class ImageTable
{
    public static ImmutableDictionary<string, ScannedImage> Load(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT scan FROM images");
        using var reader = command.ExecuteReader();
        var images = ImmutableDictionary.CreateBuilder<string, ScannedImage>(StringComparer.Ordinal);
        while (reader.Read())
        {
            if (Read(reader.GetString(0)) is { } image)
                images[image.Id] = image;
        }
        return images.ToImmutable();
    }

    public static void Save(SqliteConnection connection, ScannedImage image)
    {
        using var command = connection.Prepare("INSERT OR REPLACE INTO images (id, scanned, scan) VALUES (@id, @scanned, @scan)", "@id", "@scanned", "@scan");
        command.Set("@id", image.Id).Set("@scanned", image.ScannedAt).Set("@scan", JsonSerializer.Serialize(image, GateJson.Default.ScannedImage))
            .ExecuteNonQuery();
    }

    public static void Delete(SqliteConnection connection, string id)
    {
        using var command = connection.Prepare("DELETE FROM images WHERE id = @id", "@id");
        command.Set("@id", id).ExecuteNonQuery();
    }

    /// <summary>Since when it is known here that there is a repair; now, if it was not.</summary>
    public static DateTimeOffset FixKnownSince(SqliteConnection connection, GateFinding finding, DateTimeOffset now)
    {
        using var add = connection.Prepare(
            "INSERT OR IGNORE INTO fixes (vulnerability, package, known_since) VALUES (@id, @package, @now)", "@id", "@package", "@now");
        add.Set("@id", finding.Id).Set("@package", finding.Package).Set("@now", now).ExecuteNonQuery();
        using var find = connection.Prepare("SELECT known_since FROM fixes WHERE vulnerability = @id AND package = @package", "@id", "@package");
        using var reader = find.Set("@id", finding.Id).Set("@package", finding.Package).ExecuteReader();
        return reader.Read() ? reader.GetTime(0) : now;
    }

    // One that another version wrote is scanned anew.
    private static ScannedImage? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, GateJson.Default.ScannedImage);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
