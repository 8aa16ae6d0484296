using System.Globalization;
using System.Net;
using System.Text;
using Bulwark.Images.Findings;
using Bulwark.Images.Running;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Reports;

/// <summary>
/// A scan as one page of HTML that needs nothing else: no script, no picture, no address that a browser would fetch, and a policy that forbids
/// it even so. All that came out of the image is escaped.
/// </summary>
public static class HtmlReport
{
    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#1c2024;background:#fff}
        h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}
        dt{color:#60646c}dd{margin:0;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}
        th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #e0e1e6;overflow-wrap:anywhere}
        th{position:sticky;top:0;background:#f9f9fb}.critical,.high{color:#b4161b;font-weight:600}.medium{color:#915930}
        .suppressed{color:#80838d;text-decoration:line-through}.grave{color:#b4161b}code{font-size:.9em}
        @media(prefers-color-scheme:dark){body{color:#edeef0;background:#111113}th{background:#18191b}th,td{border-color:#2e3135}
        dt{color:#b0b4ba}.critical,.high,.grave{color:#ff9592}.medium{color:#ffc53d}}
        """;

    public static string Write(ScanResult result)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
        page.Append("<title>").Append(Escaped($"Scan of {result.Name}")).Append("</title>\n<style>\n").Append(Style).Append("\n</style>\n</head>\n<body>\n");
        page.Append("<h1>").Append(Escaped(result.Name)).Append("</h1>\n");
        Head(page, result);
        Findings(page, result);
        Unknown(page, result);
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void Head(StringBuilder page, ScanResult result)
    {
        page.Append("<dl>\n");
        Fact(page, "read from", result.Origin);
        Fact(page, "id", result.Id);
        Fact(page, "scanned at", result.ScannedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
        Fact(page, "system", result.Distribution?.Name ?? "none that is known");
        Fact(page, "built on", string.Join(", ", result.Bases.Select(found => found.Name).DefaultIfEmpty(result.ClaimedBase)));
        Fact(page, "packages", Number(result.Packages.Length));
        Fact(page, "advisories", result.Advisories.IsEmpty ? "none" : string.Join(", ", result.Advisories.OrderBy(source => source.Name, StringComparer.Ordinal)
            .Select(source => $"{source.Name} ({source.AsOf.UtcDateTime:yyyy-MM-dd})")));
        Fact(page, "malware engines", string.Join(", ", result.Engines.Select(engine => $"{engine.Name} ({engine.About})").DefaultIfEmpty("none")));
        Fact(page, "found", string.Join(", ", result.Findings.Where(finding => finding.Suppression is null).GroupBy(finding => finding.Severity)
            .OrderByDescending(group => group.Key).Select(group => $"{Number(group.Count())} {Word(group.First())}").DefaultIfEmpty("nothing")));
        page.Append("</dl>\n");
    }

    private static void Findings(StringBuilder page, ScanResult result)
    {
        if (result.Findings.IsEmpty)
            return;
        page.Append("<h2>Findings</h2>\n<table>\n<tr><th>Severity</th><th>What</th><th>Where</th><th>Repaired in</th><th>About it</th></tr>\n");
        foreach (var finding in result.Findings)
        {
            var package = finding.Vulnerability?.Package.Package;
            page.Append("<tr><td class=\"").Append(Word(finding)).Append("\">").Append(Word(finding)).Append("</td><td>");
            // Only ids of a known form become links; a browser follows them when somebody asks it to.
            if (SarifReport.Link(finding.Id) is { } link)
                page.Append("<a rel=\"noreferrer noopener\" href=\"").Append(Escaped(link)).Append("\">").Append(Escaped(finding.Id)).Append("</a>");
            else
                page.Append(Escaped(finding.Id));
            page.Append("</td><td>").Append(Escaped(package is null ? finding.Path : $"{package.Name} {package.Version}")).Append("</td><td>")
                .Append(Escaped(finding.Vulnerability?.FixedVersion ?? "")).Append("</td><td");
            page.Append(finding.Suppression is null ? ">" : " class=\"suppressed\">").Append(Escaped(About(finding, result)));
            if (finding.Fix.Length > 0)
                page.Append("<br><code>").Append(Escaped(finding.Fix)).Append("</code>");
            page.Append("</td></tr>\n");
        }
        page.Append("</table>\n");
    }

    private static void Unknown(StringBuilder page, ScanResult result)
    {
        if (result.CannotTell.IsEmpty)
            return;
        page.Append("<h2>Cannot tell</h2>\n<ul>\n");
        foreach (var doubt in result.CannotTell)
            page.Append("<li").Append(doubt.IsGrave ? " class=\"grave\">" : ">").Append(Escaped(ReportText.Message(doubt))).Append("</li>\n");
        page.Append("</ul>\n");
    }

    private static string About(Finding finding, ScanResult result) => string.Join("; ", ((string?[])
    [
        finding.Suppression is { } suppression ? $"suppressed: {suppression.Reason}" : null,
        finding.Vulnerability?.Exploitation is { IsKnown: true } ? "known to be exploited" : null,
        finding.Vulnerability?.Use switch
        {
            PackageUse.Listens => "in use, by a process that listens",
            PackageUse.Runs => "in use",
            PackageUse.Idle => "not in use",
            _ => null,
        },
        finding.Title,
        finding.Vulnerability?.Note,
        result.BaseOf(finding.Layer) is { Length: > 0 } found ? $"of the base image {found}" : null,
    ]).Where(text => !string.IsNullOrEmpty(text)));

    private static void Fact(StringBuilder page, string name, string value)
    {
        if (value.Length > 0)
            page.Append("<dt>").Append(name).Append("</dt><dd>").Append(Escaped(value)).Append("</dd>\n");
    }

    private static string Word(Finding finding) => finding.Severity == Advisories.Severity.Unknown ? "unrated" : finding.Severity.ToString().ToLowerInvariant();

    private static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    // Control characters mean nothing in HTML, and some of them are not allowed even as references.
    private static string Escaped(string text) => WebUtility.HtmlEncode(string.Concat(text.Select(character => char.IsControl(character) && character != '\n' ? '\uFFFD' : character)));
}
