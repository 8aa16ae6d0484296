using System.Globalization;
using System.Xml;

namespace Bulwark.Images.Advisories.Formats;

/// <summary>
/// The <c>updateinfo.xml</c> of Amazon Linux's repositories: for each advisory the vulnerabilities that it repairs, and the packages that do.
/// </summary>
internal static class AmazonUpdates
{
    /// <returns>The newest date in it, or null.</returns>
    /// <exception cref="XmlException">It is no such XML.</exception>
    public static DateTimeOffset? Read(Stream xml, Action<Advisory> add)
    {
        using var reader = XmlReader.Create(xml, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        DateTimeOffset? newest = null;
        if (!reader.ReadToFollowing("updates"))
            throw new XmlException("it has no updates");
        while (reader.ReadToFollowing("update"))
        {
            var isSecurity = reader.GetAttribute("type") == "security";
            using var update = reader.ReadSubtree();
            if (Read(update, isSecurity ? add : _ => { }) is { } date && (newest is null || date > newest))
                newest = date;
        }
        return newest;
    }

    private static DateTimeOffset? Read(XmlReader update, Action<Advisory> add)
    {
        var (id, severity, ecosystem) = ("", Severity.Unknown, "");
        DateTimeOffset? date = null;
        var issues = new List<string>();
        var packages = new HashSet<(string Ecosystem, string Name, string Version)>();
        while (update.Read())
        {
            if (update.NodeType != XmlNodeType.Element)
                continue;
            switch (update.Name)
            {
                case "id":
                    id = update.ReadString();
                    break;
                case "severity":
                    severity = Rated(update.ReadString());
                    break;
                case "issued" or "updated":
                    date = Date(update.GetAttribute("date")) ?? date;
                    break;
                case "reference" when update.GetAttribute("type") == "cve" && update.GetAttribute("id") is { Length: > 0 } issue:
                    issues.Add(issue);
                    break;
                case "collection":
                    ecosystem = EcosystemOf(update.GetAttribute("short") ?? "");
                    break;
                case "package" when ecosystem.Length > 0 && update.GetAttribute("name") is { Length: > 0 } name && update.GetAttribute("version") is { Length: > 0 } version
                    && update.GetAttribute("release") is { Length: > 0 } release:
                    packages.Add((ecosystem, name, $"{Epoch(update.GetAttribute("epoch"))}{version}-{release}"));
                    break;
            }
        }
        foreach (var package in packages)
        {
            foreach (var issue in issues.Distinct(StringComparer.Ordinal).DefaultIfEmpty(id))
            {
                add(new()
                {
                    Ecosystem = package.Ecosystem,
                    Package = package.Name,
                    Id = issue,
                    State = AdvisoryState.Fixed,
                    Severity = severity,
                    Ranges = [new("", package.Version, "")],
                    Note = id,
                    Source = $"amazon:{package.Ecosystem.Split(':')[1]}",
                });
            }
        }
        return date;
    }

    // "amazon-linux-2---core", "amazon-linux-2023", "amazon-linux" for the first one, whose VERSION_ID is 2018.03.
    private static string EcosystemOf(string collection)
    {
        var parts = collection.Split('-');
        return parts is not ["amazon", "linux", ..] ? "" : parts.Length > 2 && parts[2].Length > 0 && parts[2].All(char.IsAsciiDigit) ? $"amzn:{parts[2]}" : "amzn:2018";
    }

    private static string Epoch(string? epoch) => epoch is null or "" or "0" ? "" : $"{epoch}:";

    private static DateTimeOffset? Date(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;

    private static Severity Rated(string word) => word.Trim().ToLowerInvariant() switch
    {
        "critical" => Severity.Critical,
        "important" => Severity.High,
        "medium" => Severity.Medium,
        "low" => Severity.Low,
        _ => Severity.Unknown,
    };
}
