using System.Text;
using System.Text.Json.Serialization.Metadata;
using Bulwark.Server.Api;

namespace Bulwark.Server.Tests.Api;

/// <summary>
/// The API's JSON is an interface: scripts and the console read it. When this fails, either the change was a mistake, or it is
/// wanted, is told in the release notes, and Contracts.golden.txt is changed with it.
/// </summary>
public sealed class ContractTests
{
    [Fact]
    public void No_field_of_a_contract_changes_unnoticed()
    {
        var golden = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Api", "Contracts.golden.txt"));
        var actual = Describe();
        if (golden.TrimEnd() != actual.TrimEnd())
            File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "Api", "Contracts.actual.txt"), actual);
        Assert.Equal(golden.TrimEnd(), actual.TrimEnd(), ignoreLineEndingDifferences: true);
    }

    private static string Describe()
    {
        var text = new StringBuilder();
        var seen = new SortedDictionary<string, JsonTypeInfo>(StringComparer.Ordinal);
        foreach (var root in typeof(ApiJson).GetProperties().Where(p => p.PropertyType.IsSubclassOf(typeof(JsonTypeInfo))))
        {
            if (root.GetValue(ApiJson.Default) is JsonTypeInfo { Kind: JsonTypeInfoKind.Object } type)
                seen[Name(type.Type)] = type;
        }
        foreach (var (name, type) in seen)
        {
            text.Append(name).Append('\n');
            foreach (var property in type.Properties)
                text.Append("    ").Append(property.Name).Append(": ").Append(Name(property.PropertyType)).Append('\n');
        }
        foreach (var type in new[] { typeof(Model.Mode), typeof(Model.Verdict), typeof(Model.Direction) })
        {
            text.Append(type.Name).Append(": ")
                .AppendJoin(", ", Enum.GetValues(type).Cast<object>().Select(v => System.Text.Json.JsonSerializer.Serialize(v, type, ApiJson.Default)))
                .Append('\n');
        }
        return text.ToString();
    }

    private static string Name(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
