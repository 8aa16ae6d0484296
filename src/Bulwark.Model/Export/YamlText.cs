using System.Globalization;
using System.Text;

namespace Bulwark.Model.Export;

/// <summary>Writes YAML.</summary>
internal static class YamlText
{
    public static void Append(StringBuilder text, YamlMap document)
    {
        foreach (var (key, value) in document.Fields)
            AppendField(text, key, value, 0);
    }

    /// <summary>A comment line; whatever the text has in it, it stays one line.</summary>
    public static void AppendComment(StringBuilder text, string comment)
    {
        text.Append("# ");
        AppendEscaped(text, comment, escapeQuotes: false);
        text.Append('\n');
    }

    private static void AppendField(StringBuilder text, string key, YamlNode value, int depth)
    {
        if (key.All(char.IsAsciiLetterOrDigit))
            text.Append(key);
        else
            AppendQuoted(text, key);
        text.Append(':');
        if (IsInline(value))
        {
            text.Append(' ');
            AppendInline(text, value);
            text.Append('\n');
        }
        else
        {
            text.Append('\n');
            AppendBlock(text, value, depth + 1);
        }
    }

    private static void AppendBlock(StringBuilder text, YamlNode node, int depth)
    {
        switch (node)
        {
            case YamlMap map:
                foreach (var (key, value) in map.Fields)
                {
                    text.Append(' ', depth * 2);
                    AppendField(text, key, value, depth);
                }
                break;
            case YamlList list:
                foreach (var item in list.Items)
                {
                    text.Append(' ', depth * 2).Append("- ");
                    AppendItem(text, item, depth + 1);
                }
                break;
        }
    }

    private static void AppendItem(StringBuilder text, YamlNode item, int depth)
    {
        if (item is YamlMap { Fields.Count: > 0 } map)
        {
            AppendField(text, map.Fields[0].Key, map.Fields[0].Value, depth);
            AppendBlock(text, new YamlMap([.. map.Fields.Skip(1)]), depth);
            return;
        }
        AppendInline(text, item);
        text.Append('\n');
    }

    private static bool IsInline(YamlNode node) => node is not (YamlMap { Fields.Count: > 0 } or YamlList { Items.Count: > 0 });

    private static void AppendInline(StringBuilder text, YamlNode node)
    {
        switch (node)
        {
            case YamlString value:
                AppendQuoted(text, value.Text);
                break;
            case YamlInteger value:
                text.Append(CultureInfo.InvariantCulture, $"{value.Number}");
                break;
            case YamlMap { Fields.Count: 0 }:
                text.Append("{}");
                break;
            case YamlList { Items.Count: 0 }:
                text.Append("[]");
                break;
            default:
                throw new InvalidOperationException($"A {node.GetType().Name} with content does not fit on a line.");
        }
    }

    private static void AppendQuoted(StringBuilder text, string value)
    {
        text.Append('"');
        AppendEscaped(text, value, escapeQuotes: true);
        text.Append('"');
    }

    // YAML 1.2, 5.7: everything but printable ASCII is escaped, which is more than needed and never too little.
    private static void AppendEscaped(StringBuilder text, string value, bool escapeQuotes)
    {
        foreach (var rune in value.EnumerateRunes())
        {
            if (escapeQuotes && rune.Value is '"' or '\\')
                text.Append('\\').Append((char)rune.Value);
            else if (rune.Value is >= 0x20 and < 0x7F)
                text.Append((char)rune.Value);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\{(rune.IsBmp ? 'u' : 'U')}{rune.Value.ToString(rune.IsBmp ? "X4" : "X8", CultureInfo.InvariantCulture)}");
        }
    }
}
