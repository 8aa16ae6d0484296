using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bulwark.Images.Findings;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Reports;

/// <summary>What the writers of several formats need.</summary>
internal static class ReportText
{
    /// <summary>Name of the tool, as other tools will show it.</summary>
    public const string Tool = "bulwark";

    /// <summary>One line that says what is wrong and what to do.</summary>
    public static string Message(Finding finding, ScanResult result)
    {
        var text = new StringBuilder();
        if (finding.Vulnerability is { } vulnerability)
        {
            var package = vulnerability.Package.Package;
            text.Append(package.Name).Append(' ').Append(package.Version).Append(vulnerability.FixedVersion.Length > 0
                ? $", repaired in {vulnerability.FixedVersion}"
                : $", not repaired ({JsonNamingPolicy.CamelCase.ConvertName(vulnerability.State.ToString())})");
            if (finding.Title.Length > 0)
                text.Append(": ").Append(finding.Title);
        }
        else
            text.Append(finding.Title);
        if (finding.Fix.Length > 0)
            text.Append(". To do: ").Append(finding.Fix);
        if (result.BaseOf(finding.Layer) is { Length: > 0 } found)
            text.Append(". Of the base image ").Append(found);
        if (result.HistoryOf(finding.Layer) is { Length: > 0 } history)
            text.Append(". Brought by: ").Append(history);
        return text.ToString();
    }

    public static string Message(CannotTell doubt) =>
        $"cannot tell about {(doubt.Subject.Length > 0 ? doubt.Subject : "the image")}: {doubt.Reason}{(doubt.Hint.Length > 0 ? $"; try: {doubt.Hint}" : "")}";

    /// <summary>The same for the same scan, so that a report written twice is the same.</summary>
    public static Guid IdOf(ScanResult result)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{result.Name}\0{result.Id}\0{result.ScannedAt:O}"));
        // RFC 9562, version 8: made by rules of one's own.
        hash[6] = (byte)(hash[6] & 0x0f | 0x80);
        hash[8] = (byte)(hash[8] & 0x3f | 0x80);
        return new(hash.AsSpan(0, 16), bigEndian: true);
    }

    public static string Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            write(writer);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    public static void Property(this Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
            json.WriteString(name, value);
    }
}
