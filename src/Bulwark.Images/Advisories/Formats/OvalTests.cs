using System.Globalization;
using System.Xml;

namespace Bulwark.Images.Advisories.Formats;

/// <summary>
/// What the tests of an OVAL document ask of rpm packages (<c>rpminfo_test</c>, by way of <c>rpminfo_object</c> and <c>rpminfo_state</c> of its
/// linux schema).
/// </summary>
internal sealed class OvalTests
{
    private readonly Dictionary<string, (string Object, string State)> _tests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Element, string Operation, string Value)> _states = new(StringComparer.Ordinal);

    /// <summary>Reads all of a document's tests, and when it was made.</summary>
    /// <exception cref="XmlException">It is no XML.</exception>
    public static (OvalTests Tests, DateTimeOffset? Made) Read(XmlReader reader)
    {
        var tests = new OvalTests();
        DateTimeOffset? made = null;
        var id = "";
        reader.Read();
        while (!reader.EOF)
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                switch (reader.LocalName)
                {
                    case "definitions":
                        reader.Skip();
                        continue;
                    case "timestamp":
                        // Without an offset, it is taken to be UTC.
                        made = DateTimeOffset.TryParse(
                            reader.ReadElementContentAsString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : made;
                        continue;
                    case "rpminfo_test" or "rpminfo_object" or "rpminfo_state":
                        id = reader.GetAttribute("id") ?? "";
                        break;
                    case "object":
                        tests._tests[id] = (reader.GetAttribute("object_ref") ?? "", tests._tests.GetValueOrDefault(id).State ?? "");
                        break;
                    case "state" when reader.GetAttribute("state_ref") is { } state:
                        tests._tests[id] = (tests._tests.GetValueOrDefault(id).Object ?? "", state);
                        break;
                    case "name":
                        tests._names[id] = reader.ReadElementContentAsString();
                        continue;
                    case "evr" or "version":
                        var (element, operation) = (reader.LocalName, reader.GetAttribute("operation") ?? "equals");
                        tests._states[id] = (element, operation, reader.ReadElementContentAsString());
                        continue;
                }
            }
            reader.Read();
        }
        return (tests, made);
    }

    /// <summary>Whether a test asks for a product: for the package that says which release it is.</summary>
    public bool IsAboutRelease(string reference) => NameOf(reference).EndsWith("-release", StringComparison.Ordinal);

    /// <summary>What it means for a package that a test holds; null if that is nothing that is known here.</summary>
    public (string Package, AdvisoryState State, VersionRange Range)? Find(string reference)
    {
        if (NameOf(reference) is not { Length: > 0 } name || !_states.TryGetValue(_tests[reference].State, out var state))
            return null;
        var version = state.Value.StartsWith("0:", StringComparison.Ordinal) ? state.Value[2..] : state.Value;
        return (state.Element, state.Operation) switch
        {
            ("evr", "less than") => (name, AdvisoryState.Fixed, new("", version, "")),
            // "Newer than 0": whatever is installed.
            ("evr", "greater than" or "greater than or equal") when version is "0" or "0-0" => (name, AdvisoryState.Affected, new("", "", "")),
            // No package has that version.
            ("version", "equals") when version == "0" => (name, AdvisoryState.NotAffected, default),
            _ => null,
        };
    }

    private string NameOf(string reference) => _tests.TryGetValue(reference, out var test) ? _names.GetValueOrDefault(test.Object, "") : "";
}
