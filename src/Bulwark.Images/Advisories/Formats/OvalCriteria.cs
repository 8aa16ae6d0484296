using System.Xml;

namespace Bulwark.Images.Advisories.Formats;

/// <summary>A node of an OVAL definition's logic.</summary>
/// <param name="IsAnd">All of what is in it must hold; else one of it.</param>
/// <param name="Tests">References to tests, with what they say for people.</param>
internal sealed record OvalCriteria(bool IsAnd, List<(string Reference, string Comment)> Tests, List<OvalCriteria> Inner)
{
    /// <summary>Reads an element <c>criteria</c>. What is negated says nothing about a package, and is left out.</summary>
    /// <param name="deepest">Deepest nesting.</param>
    /// <exception cref="XmlException">It is nested deeper.</exception>
    public static OvalCriteria Read(XmlReader reader, int deepest)
    {
        reader.MoveToContent();
        var open = new Stack<OvalCriteria>();
        OvalCriteria? root = null;
        do
        {
            if (reader.NodeType == XmlNodeType.EndElement && reader.LocalName == "criteria")
                open.Pop();
            else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "criterion" && reader.GetAttribute("negate") is not ("true" or "1"))
                open.Peek().Tests.Add((reader.GetAttribute("test_ref") ?? "", reader.GetAttribute("comment") ?? ""));
            else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "criteria")
            {
                if (open.Count == deepest)
                    throw new XmlException($"criteria are nested more than {deepest} deep");
                var criteria = new OvalCriteria(!string.Equals(reader.GetAttribute("operator"), "OR", StringComparison.OrdinalIgnoreCase), [], []);
                var isNegated = reader.GetAttribute("negate") is "true" or "1";
                root ??= criteria;
                if (open.TryPeek(out var parent) && !isNegated)
                    parent.Inner.Add(criteria);
                if (!reader.IsEmptyElement)
                    open.Push(criteria);
            }
        }
        while (reader.Read());
        return root ?? new(true, [], []);
    }
}
