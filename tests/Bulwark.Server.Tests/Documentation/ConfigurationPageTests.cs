using System.Text.RegularExpressions;
using Bulwark.Server.Configuration;

namespace Bulwark.Server.Tests.Documentation;

public sealed partial class ConfigurationPageTests
{
    private readonly Document _page = new("configuration.md");

    [Fact]
    public void Every_key_is_described_and_every_described_key_exists() =>
        Assert.Equal(ConfigurationFile.Keys.Order(StringComparer.Ordinal), Settings().Select(setting => setting.Key).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_default_is_the_one_that_is_described() => Assert.All(Settings(), setting =>
    {
        var value = setting.Key.Split('.').Reverse().Aggregate(setting.Default, (inner, key) => $$"""{ "{{key}}": {{inner}} }""");
        Assert.Equal(new ServerOptions(), ConfigurationFile.Parse(value));
    });

    [Fact]
    public void The_example_can_be_used_as_it_stands() =>
        Assert.NotEqual(new ServerOptions(), ConfigurationFile.Parse(Example().Match(_page.Text).Groups[1].Value));

    private IEnumerable<(string Key, string Default)> Settings() => _page.Rows().Where(row => row[0] != "key")
        .Select(row => (row[0].Trim('`'), row[1].Trim('`')));

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
