namespace Bulwark.Model.Export;

/// <summary>A piece of YAML (1.2). Strings are always written in double quotes, so that no name can mean anything but itself.</summary>
internal abstract record YamlNode
{
    public static implicit operator YamlNode(string text) => new YamlString(text);

    public static implicit operator YamlNode(int number) => new YamlInteger(number);
}

internal sealed record YamlString(string Text) : YamlNode;

internal sealed record YamlInteger(int Number) : YamlNode;

internal sealed record YamlList(IReadOnlyList<YamlNode> Items) : YamlNode;

/// <summary>A mapping; the order of the fields is kept.</summary>
internal sealed record YamlMap(params IReadOnlyList<(string Key, YamlNode Value)> Fields) : YamlNode;
