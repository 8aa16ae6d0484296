using System.Text.Json;
using Bulwark.Model;
using Bulwark.Model.Learning;

namespace Bulwark.Server.Configuration;

/// <summary>Reads <c>/etc/bulwark/bulwark.json</c>: JSON with comments; durations are written <c>24h</c>.</summary>
public static class ConfigurationFile
{
    public const string DefaultPath = "/etc/bulwark/bulwark.json";

    private static readonly JsonDocumentOptions Json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The options in the file; the defaults if there is no file.</summary>
    /// <exception cref="ConfigurationException">It cannot be read, has an unknown key, or a value that makes no sense.</exception>
    public static ServerOptions Load(string path = DefaultPath)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path} cannot be read: {e.Message}", e);
        }
        try
        {
            return Parse(text);
        }
        catch (Exception e) when (e is JsonException or ConfigurationException)
        {
            throw new ConfigurationException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads the options from the text of a file.</summary>
    public static ServerOptions Parse(string text)
    {
        using var document = JsonDocument.Parse(text, Json);
        var options = new ServerOptions();
        foreach (var (key, value) in Members(document.RootElement, "the file"))
        {
            options = key switch
            {
                "dataDirectory" => options with { DataDirectory = Text(key, value) },
                "socket" => options with { Socket = Text(key, value) },
                "group" => options with { Group = Text(key, value) },
                "auto" => options with { Auto = Switch(key, value) },
                "learning" => options with { Learning = Learning(key, value) },
                "events" => options with { Events = (int)Count(key, value, 100, 100_000_000) },
                "activity" => options with { Activity = Duration(key, value) },
                "outside" => options with { Outside = Duration(key, value) },
                "queue" => options with { Queue = (int)Count(key, value, 16, 10_000_000) },
                _ => throw Unknown(key, "auto, learning, dataDirectory, socket, group, events, activity, outside, queue"),
            };
        }
        return options;
    }

    private static LearningThresholds Learning(string parent, JsonElement element)
    {
        var thresholds = new LearningThresholds();
        foreach (var (name, value) in Members(element, parent))
        {
            var key = $"{parent}.{name}";
            thresholds = name switch
            {
                "interval" => thresholds with { Interval = Duration(key, value) },
                "minimumTime" => thresholds with { MinimumTime = Duration(key, value) },
                "minimumIntervals" => thresholds with { MinimumIntervals = Count(key, value, 1, long.MaxValue) },
                "minimumSightings" => thresholds with { MinimumSightings = Count(key, value, 1, long.MaxValue) },
                "maximumUnseen" => thresholds with { MaximumUnseen = Share(key, value) },
                "confidence" => thresholds with { Confidence = Share(key, value) },
                "auditTime" => thresholds with { AuditTime = Duration(key, value) },
                _ => throw Unknown(key,
                    "interval, minimumTime, minimumIntervals, minimumSightings, maximumUnseen, confidence, auditTime"),
            };
        }
        if (thresholds.Validate() is [var error, ..])
            throw new ConfigurationException($"\"{parent}\": {error}");
        return thresholds;
    }

    private static IEnumerable<(string Key, JsonElement Value)> Members(JsonElement element, string where)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new ConfigurationException($"{where} must be an object ({{ … }}).");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (!seen.Add(property.Name))
                throw new ConfigurationException($"\"{property.Name}\" is there twice.");
            yield return (property.Name, property.Value);
        }
    }

    private static string Text(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : throw Wrong(key, value, "a text");

    private static bool Switch(string key, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(key, value, "true or false"),
    };

    private static TimeSpan Duration(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.String && DurationText.TryParse(value.GetString(), out var duration)
            ? duration
            : throw Wrong(key, value, "a duration such as \"30s\", \"10m\", \"24h\" or \"7d\"");

    private static long Count(string key, JsonElement value, long least, long most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(key, value, FormattableString.Invariant($"a whole number of at least {least}"));

    private static double Share(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number is > 0 and < 1
            ? number
            : throw Wrong(key, value, "a number between 0 and 1");

    private static ConfigurationException Unknown(string key, string known) =>
        new($"\"{key}\" is not a setting. Settings there are: {known}.");

    private static ConfigurationException Wrong(string key, JsonElement value, string expected) =>
        new($"\"{key}\" is {value.GetRawText()}, but must be {expected}.");
}
