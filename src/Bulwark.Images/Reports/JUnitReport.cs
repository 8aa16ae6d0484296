using System.Globalization;
using System.Text;
using System.Xml;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Reports;

/// <summary>
/// A scan as JUnit XML, as build servers show it: a failed test for each finding, a skipped one where it is suppressed, and an error for
/// what the scan could not tell.
/// </summary>
public static class JUnitReport
{
    public static string Write(ScanResult result)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            var (suppressed, errors) = (result.Findings.Count(finding => finding.Suppression is not null), result.CannotTell.Length);
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", Plain(result.Name));
            xml.WriteAttributeString("timestamp", result.ScannedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
            xml.WriteAttributeString("tests", Number(Math.Max(1, result.Findings.Length + errors)));
            xml.WriteAttributeString("failures", Number(result.Findings.Length - suppressed));
            xml.WriteAttributeString("errors", Number(errors));
            xml.WriteAttributeString("skipped", Number(suppressed));
            foreach (var finding in result.Findings)
            {
                var where = finding.Vulnerability?.Package.Package.Name ?? finding.Path;
                Case(xml, where.Length > 0 ? where : result.Name, finding.Id, finding.Suppression is null ? "failure" : "skipped",
                    finding.Suppression?.Reason ?? ReportText.Message(finding, result), finding.Severity.ToString().ToLowerInvariant());
            }
            foreach (var doubt in result.CannotTell)
                Case(xml, doubt.Subject.Length > 0 ? doubt.Subject : result.Name, $"cannot tell: {doubt.Kind}", "error", ReportText.Message(doubt), "");
            // A suite without a test counts as a mistake in most build servers.
            if (result.Findings.IsEmpty && errors == 0)
                Case(xml, result.Name, "scan", "", "", "");
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        return $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}\n";
    }

    private static void Case(XmlWriter xml, string group, string name, string outcome, string message, string type)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Plain(group));
        xml.WriteAttributeString("name", Plain(name));
        if (outcome.Length > 0)
        {
            xml.WriteStartElement(outcome);
            xml.WriteAttributeString("message", Plain(message));
            if (type.Length > 0 && outcome == "failure")
                xml.WriteAttributeString("type", type);
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    // XML has no way to write most control characters, and a terminal that shows the file should not obey them.
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            plain.Append(Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned
                ? "\uFFFD"
                : rune.ToString());
        }
        return plain.ToString();
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
