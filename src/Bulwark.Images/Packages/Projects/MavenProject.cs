using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Bulwark.Images.Packages.Projects;

/// <summary>
/// What a <c>pom.xml</c> says by itself: its own dependencies whose version stands in it, be it behind a property or among those that it
/// manages. What a parent or an imported list would have to say stays open: nothing is fetched.
/// </summary>
internal static partial class MavenProject
{
    private const int LargestCharacters = 16 << 20;
    private const int MostSteps = 16;
    private const int LongestValue = 1024;

    /// <exception cref="XmlException">It is no such XML.</exception>
    public static LockedPackages Parse(ReadOnlyMemory<byte> content)
    {
        using var reader = XmlReader.Create(new MemoryStream(content.ToArray()), new()
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = LargestCharacters,
        });
        var project = Load(reader);
        if (project.Name.LocalName != "project")
            throw new XmlException("it is no project");
        var properties = Children(project, "properties").SelectMany(list => list.Elements()).GroupBy(item => item.Name.LocalName)
            .ToDictionary(group => group.Key, group => group.Last().Value.Trim(), StringComparer.Ordinal);
        foreach (var name in (string[])["groupId", "version", "artifactId"])
        {
            var value = Text(project, name) is { Length: > 0 } own ? own : Children(project, "parent").Select(parent => Text(parent, name)).FirstOrDefault() ?? "";
            if (value.Length > 0)
                properties.TryAdd($"project.{name}", value);
        }
        var managed = Children(project, "dependencyManagement").SelectMany(Dependencies)
            .Select(item => (Name: NameOf(item, properties), Version: Filled(Text(item, "version"), properties)))
            .Where(item => item.Name is not null && item.Version is not null).DistinctBy(item => item.Name)
            .ToDictionary(item => item.Name!, item => item.Version!, StringComparer.Ordinal);
        var found = new List<Package>();
        var open = 0;
        foreach (var item in Dependencies(project))
        {
            var name = NameOf(item, properties);
            var version = Text(item, "version") is { Length: > 0 } written ? Filled(written, properties) : name is not null ? managed.GetValueOrDefault(name) : null;
            if (name is not null && version is { Length: > 0 } && version.IndexOfAny(['[', '(', ',']) < 0)
                found.Add(new(PackageKind.Maven, name, version));
            else
                open++;
        }
        return new(found, open);
    }

    // The framework's own loading of trees takes any depth; a hostile file has more than a stack.
    private static XElement Load(XmlReader reader)
    {
        XElement? root = null;
        var open = new Stack<XElement>();
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    var element = new XElement(XName.Get(reader.LocalName));
                    if (open.Count > 0)
                        open.Peek().Add(element);
                    else
                        root ??= element;
                    if (open.Count > 64)
                        throw new XmlException("it is nested too deeply");
                    if (!reader.IsEmptyElement)
                        open.Push(element);
                    break;
                case XmlNodeType.EndElement:
                    open.Pop();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA when open.Count > 0:
                    open.Peek().Add(reader.Value);
                    break;
            }
        }
        return root ?? throw new XmlException("it is empty");
    }

    private static IEnumerable<XElement> Dependencies(XElement parent) =>
        Children(parent, "dependencies").SelectMany(list => Children(list, "dependency"));

    private static string? NameOf(XElement dependency, Dictionary<string, string> properties) =>
        (Filled(Text(dependency, "groupId"), properties), Filled(Text(dependency, "artifactId"), properties)) is ({ Length: > 0 } group, { Length: > 0 } artifact) ? $"{group}:{artifact}" : null;

    /// <summary>The text with what its properties stand for; null if one of them stands for nothing here.</summary>
    private static string? Filled(string text, Dictionary<string, string> properties)
    {
        for (var step = 0; text.Contains("${", StringComparison.Ordinal); step++)
        {
            if (text.Length > LongestValue)
                return null;
            var missing = false;
            text = Property().Replace(text, match =>
            {
                // A long value that is named often would be made longer than all memory.
                if (properties.TryGetValue(match.Groups[1].Value, out var value) && value.Length <= LongestValue)
                    return value;
                missing = true;
                return "";
            });
            if (missing || step == MostSteps || text.Length > LongestValue)
                return null;
        }
        return text;
    }

    private static IEnumerable<XElement> Children(XElement parent, string name) => parent.Elements(XName.Get(name));

    private static string Text(XElement parent, string name) => Children(parent, name).Select(child => child.Value.Trim()).FirstOrDefault() ?? "";

    [GeneratedRegex(@"\$\{([^${}]{1,200})\}", RegexOptions.NonBacktracking)]
    private static partial Regex Property();
}
