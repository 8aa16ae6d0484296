using System.Text.Json;
using Bulwark.Model;
using Bulwark.Model.Learning;

namespace Bulwark.Server.Configuration;

/// <summary>Reads <c>/etc/bulwark/bulwark.json</c>: JSON with comments; durations are written <c>24h</c>.</summary>
public static class ConfigurationFile
{
    public const string DefaultPath = "/etc/bulwark/bulwark.json";

    private const string LearningKey = "learning";
    private const string ImagesKey = "images";

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

    /// <summary>Every setting there is; <c>docs/configuration.md</c> describes them. One in an object is written <c>learning.interval</c>.</summary>
    public static IEnumerable<string> Keys =>
    [
        .. Settings.Keys.Where(key => key is not (LearningKey or ImagesKey)), .. LearningSettings.Keys.Select(key => $"{LearningKey}.{key}"),
        .. ImageSettings.Keys.Select(key => $"{ImagesKey}.{key}"),
    ];

    /// <summary>Reads the options from the text of a file.</summary>
    public static ServerOptions Parse(string text)
    {
        using var document = JsonDocument.Parse(text, Json);
        return Read(new ServerOptions(), document.RootElement, "the file", "", Settings);
    }

    private static readonly Dictionary<string, Func<ServerOptions, string, JsonElement, ServerOptions>> Settings = new()
    {
        ["auto"] = (options, key, value) => options with { Auto = Switch(key, value) },
        [LearningKey] = (options, key, value) => options with { Learning = Learning(key, value) },
        [ImagesKey] = (options, key, value) => options with { Images = Images(key, value) },
        ["passBridges"] = (options, key, value) => options with { PassBridges = Switch(key, value) },
        ["runtime"] = (options, key, value) => options with { Runtime = Text(key, value) },
        ["dataDirectory"] = (options, key, value) => options with { DataDirectory = Text(key, value) },
        ["socket"] = (options, key, value) => options with { Socket = Text(key, value) },
        ["group"] = (options, key, value) => options with { Group = Text(key, value) },
        ["events"] = (options, key, value) => options with { Events = (int)Count(key, value, 100, 100_000_000) },
        ["activity"] = (options, key, value) => options with { Activity = Duration(key, value) },
        ["outside"] = (options, key, value) => options with { Outside = Duration(key, value) },
        ["queue"] = (options, key, value) => options with { Queue = (int)Count(key, value, 16, 10_000_000) },
    };

    private static readonly Dictionary<string, Func<LearningThresholds, string, JsonElement, LearningThresholds>> LearningSettings = new()
    {
        ["interval"] = (thresholds, key, value) => thresholds with { Interval = Duration(key, value) },
        ["minimumTime"] = (thresholds, key, value) => thresholds with { MinimumTime = Duration(key, value) },
        ["minimumIntervals"] = (thresholds, key, value) => thresholds with { MinimumIntervals = Count(key, value, 1, long.MaxValue) },
        ["minimumSightings"] = (thresholds, key, value) => thresholds with { MinimumSightings = Count(key, value, 1, long.MaxValue) },
        ["maximumUnseen"] = (thresholds, key, value) => thresholds with { MaximumUnseen = Share(key, value) },
        ["confidence"] = (thresholds, key, value) => thresholds with { Confidence = Share(key, value) },
        ["auditTime"] = (thresholds, key, value) => thresholds with { AuditTime = Duration(key, value) },
    };

    private static readonly Dictionary<string, Func<ImageOptions, string, JsonElement, ImageOptions>> ImageSettings = new()
    {
        ["scan"] = (images, key, value) => images with { Scan = Switch(key, value) },
        ["advisories"] = (images, key, value) => images with { Advisories = Text(key, value) },
        ["exceptions"] = (images, key, value) => images with { Exceptions = Text(key, value) },
        ["wait"] = (images, key, value) => images with { Wait = Duration(key, value) },
        ["malware"] = (images, key, value) => images with { Policy = images.Policy with { Malware = Switch(key, value) } },
        ["exploited"] = (images, key, value) => images with { Policy = images.Policy with { Exploited = Switch(key, value) } },
        ["criticalAfter"] = (images, key, value) => images with { Policy = images.Policy with { CriticalAfter = DurationOrOff(key, value) } },
        ["secrets"] = (images, key, value) => images with { Policy = images.Policy with { Secrets = Switch(key, value) } },
        ["unscanned"] = (images, key, value) => images with { Policy = images.Policy with { Unscanned = Switch(key, value) } },
        ["unknown"] = (images, key, value) => images with { Policy = images.Policy with { Unknown = Switch(key, value) } },
    };

    private static ImageOptions Images(string parent, JsonElement element) => Read(new ImageOptions(), element, parent, parent + ".", ImageSettings);

    private static LearningThresholds Learning(string parent, JsonElement element)
    {
        var thresholds = Read(new LearningThresholds(), element, parent, parent + ".", LearningSettings);
        if (thresholds.Validate() is [var error, ..])
            throw new ConfigurationException($"\"{parent}\": {error}");
        return thresholds;
    }

    private static T Read<T>(
        T options, JsonElement element, string where, string prefix, Dictionary<string, Func<T, string, JsonElement, T>> settings)
    {
        foreach (var (name, value) in Members(element, where))
        {
            if (!settings.TryGetValue(name, out var set))
                throw new ConfigurationException($"\"{prefix}{name}\" is not a setting. Settings there are: {string.Join(", ", settings.Keys)}.");
            options = set(options, prefix + name, value);
        }
        return options;
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

    private static TimeSpan? DurationOrOff(string key, JsonElement value) => value.ValueKind == JsonValueKind.False ? null : Duration(key, value);

    private static long Count(string key, JsonElement value, long least, long most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(key, value, FormattableString.Invariant($"a whole number of at least {least}"));

    private static double Share(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number is > 0 and < 1
            ? number
            : throw Wrong(key, value, "a number between 0 and 1");

    private static ConfigurationException Wrong(string key, JsonElement value, string expected) =>
        new($"\"{key}\" is {value.GetRawText()}, but must be {expected}.");
}
