using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Bulwark.Images.Tests.Reports;

/// <summary>
/// What the SPDX 2.3 specification asks of a document of packages, in its own words' order: clauses 6 (document), 7 (packages), 11 (relationships), and the
/// properties that its JSON schema knows. Written from the specification, since no package that can be fetched here ships the schema or a validator for 2.3.
/// </summary>
internal static partial class SpdxRules
{
    private static readonly HashSet<string> s_documentProperties =
        [.. "spdxVersion dataLicense SPDXID name documentNamespace externalDocumentRefs creationInfo comment hasExtractedLicensingInfos annotations revieweds documentDescribes packages files snippets relationships".Split(' ')];

    private static readonly HashSet<string> s_packageProperties =
    [
        .. ("SPDXID name versionInfo packageFileName supplier originator downloadLocation filesAnalyzed packageVerificationCode checksums homepage sourceInfo licenseConcluded licenseInfoFromFiles "
            + "licenseDeclared licenseComments copyrightText summary description comment externalRefs attributionTexts primaryPackagePurpose releaseDate builtDate validUntilDate hasFiles annotations").Split(' '),
    ];

    private static readonly HashSet<string> s_purposes = [.. "APPLICATION FRAMEWORK LIBRARY CONTAINER OPERATING_SYSTEM DEVICE FIRMWARE SOURCE ARCHIVE FILE INSTALL OTHER".Split(' ')];

    // Those of 2.3 that say what is in something; no document of packages needs others.
    private static readonly HashSet<string> s_relationships = [.. "DESCRIBES DESCRIBED_BY CONTAINS CONTAINED_BY DEPENDS_ON DEPENDENCY_OF PACKAGE_OF ANCESTOR_OF DESCENDANT_OF OTHER".Split(' ')];

    private static readonly HashSet<string> s_categories = ["SECURITY", "PACKAGE-MANAGER", "PERSISTENT-ID", "OTHER"];

    /// <summary>What of it a document does not keep; empty if it is as it should be.</summary>
    public static List<string> Broken(string text)
    {
        var broken = new List<string>();
        void Must(bool holds, string rule)
        {
            if (!holds && broken.Count < 100)
                broken.Add(rule);
        }
        void Known(JsonNode? node, string what, HashSet<string> properties, params string[] required)
        {
            var found = node as JsonObject;
            Must(found is not null, $"{what} is an object");
            foreach (var (name, value) in found ?? [])
                Must(properties.Contains(name) && value is not null, $"{what} has no property {name} or none without a value");
            foreach (var name in required)
                Must(found?.ContainsKey(name) == true, $"{what} has {name}");
        }
        var document = JsonNode.Parse(text);
        Known(document, "the document", s_documentProperties, "spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo");
        Must(Text(document?["spdxVersion"]) == "SPDX-2.3", "6.1: the version is SPDX-2.3");
        Must(Text(document?["dataLicense"]) == "CC0-1.0", "6.2: the data are CC0-1.0");
        Must(Text(document?["SPDXID"]) == "SPDXRef-DOCUMENT", "6.3: the document is SPDXRef-DOCUMENT");
        Must(IsLine(document?["name"]), "6.4: the document's name is a line of text");
        Must(Uri.TryCreate(Text(document?["documentNamespace"]), UriKind.Absolute, out var address) && address.Fragment.Length == 0, "6.5: the namespace is an absolute address without #");
        Known(document?["creationInfo"], "the creation info", ["created", "creators", "comment", "licenseListVersion"], "created", "creators");
        var creators = document?["creationInfo"]?["creators"] as JsonArray ?? [];
        Must(creators.Count > 0 && creators.All(creator => CreatorForm().IsMatch(Text(creator) ?? "")), "6.8: creators are persons, organizations or tools");
        Must(TimeForm().IsMatch(Text(document?["creationInfo"]?["created"]) ?? ""), "6.9: created in UTC, to the second");

        var ids = new HashSet<string> { "SPDXRef-DOCUMENT" };
        foreach (var package in document?["packages"] as JsonArray ?? [])
        {
            Known(package, "a package", s_packageProperties, "SPDXID", "name", "downloadLocation");
            var id = Text(package?["SPDXID"]) ?? "";
            Must(IdForm().IsMatch(id), "7.2: an identifier is SPDXRef- and letters, digits, dots, hyphens");
            Must(ids.Add(id), $"7.2: {id} is there once");
            Must(IsLine(package?["name"]), "7.1: a package's name is a line of text");
            Must(package?["versionInfo"] is not { } version || IsLine(version), "7.3: a package's version is a line of text");
            Must(Text(package?["downloadLocation"]) is "NONE" or "NOASSERTION" || Uri.TryCreate(Text(package?["downloadLocation"]), UriKind.Absolute, out _), "7.7: a location is an address, NONE or NOASSERTION");
            var isAnalyzed = package?["filesAnalyzed"] is not JsonValue analyzed || !analyzed.TryGetValue<bool>(out var said) || said;
            Must(package?["filesAnalyzed"] is null or JsonValue, "7.8: filesAnalyzed is true or false");
            Must(isAnalyzed || (package?["packageVerificationCode"] ?? package?["licenseInfoFromFiles"] ?? package?["hasFiles"]) is null, "7.9, 7.14: what was not analyzed has no code, no licences and no files");
            Must(!isAnalyzed || package?["packageVerificationCode"] is not null, "7.9: what was analyzed has a code");
            Must(package?["primaryPackagePurpose"] is not { } purpose || s_purposes.Contains(Text(purpose) ?? ""), "7.24: the purpose is one of the list");
            foreach (var reference in package?["externalRefs"] as JsonArray ?? [])
            {
                Known(reference, "an external reference", ["referenceCategory", "referenceType", "referenceLocator", "comment"], "referenceCategory", "referenceType", "referenceLocator");
                Must(s_categories.Contains(Text(reference?["referenceCategory"]) ?? ""), "7.21: the category is one of the list");
                Must(!(Text(reference?["referenceLocator"]) ?? " ").Any(char.IsWhiteSpace), "7.21: a locator has no blanks");
                Must(Text(reference?["referenceType"]) != "purl" || PackageUrlForm().IsMatch(Text(reference?["referenceLocator"]) ?? ""), "F.3.5: a purl begins with pkg: and a type");
            }
        }
        var describes = false;
        foreach (var relationship in document?["relationships"] as JsonArray ?? [])
        {
            Known(relationship, "a relationship", ["spdxElementId", "relatedSpdxElement", "relationshipType", "comment"], "spdxElementId", "relatedSpdxElement", "relationshipType");
            Must(s_relationships.Contains(Text(relationship?["relationshipType"]) ?? ""), "11.1: the relationship is one of the list");
            Must(ids.Contains(Text(relationship?["spdxElementId"]) ?? ""), "11.1: a relationship is one of something that is there");
            Must(Text(relationship?["relatedSpdxElement"]) is { } other && (ids.Contains(other) || other is "NONE" or "NOASSERTION"), "11.1: a relationship is one to something that is there");
            describes |= (Text(relationship?["spdxElementId"]), Text(relationship?["relationshipType"])) == ("SPDXRef-DOCUMENT", "DESCRIBES");
        }
        Must(describes || (document?["documentDescribes"] as JsonArray)?.Count > 0, "5, 11.1: the document says what it describes");
        return broken;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static bool IsLine(JsonNode? node) => Text(node) is { } text && !string.IsNullOrWhiteSpace(text) && !text.Any(character => char.IsControl(character) || character is '\u2028' or '\u2029');

    [GeneratedRegex(@"\A(Person|Organization|Tool): \S.*\z")]
    private static partial Regex CreatorForm();

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\z")]
    private static partial Regex TimeForm();

    [GeneratedRegex(@"\ASPDXRef-[a-zA-Z0-9.-]+\z")]
    private static partial Regex IdForm();

    [GeneratedRegex(@"\Apkg:[a-zA-Z0-9.+-]+/[!-~]+\z")]
    private static partial Regex PackageUrlForm();
}
