using Bulwark.Images.Matching;

namespace Bulwark.Images.Tests.Matching;

public sealed class ReleaseSupportTests
{
    /// <summary>Debian keeps these lists up to date, also in its stable releases: what they change has to be changed here.</summary>
    [Theory]
    [InlineData("debian", "eol-lts", 7)]
    [InlineData("ubuntu", "eol", 14.04)]
    public void Ends_are_those_that_distro_info_data_gives(string distribution, string column, double first)
    {
        var lines = File.ReadAllLines($"/usr/share/distro-info/{distribution}.csv");
        var header = lines[0].Split(',');
        var compared = 0;
        foreach (var row in lines.Skip(1).Select(line => line.Split(',')))
        {
            var version = row[0].Replace(" LTS", "", StringComparison.Ordinal);
            var end = Value(row, header, column) is { Length: > 0 } given ? given : Value(row, header, "eol");
            if (end.Length == 0 || version.Length == 0 || double.Parse(version, System.Globalization.CultureInfo.InvariantCulture) < first)
                continue;
            Assert.Equal((version, DateOnly.Parse(end, System.Globalization.CultureInfo.InvariantCulture)), (version, ReleaseSupport.EndOf($"{distribution}:{version}")));
            compared++;
        }
        Assert.True(compared >= 7, $"only {compared} releases were compared");
    }

    [Theory]
    [InlineData("sles:15.5")]
    [InlineData("opensuse-leap:15.6")]
    [InlineData("amzn:2")]
    [InlineData("centos:8")]
    [InlineData("rhel:7")]
    [InlineData("alpine:3.9")]
    public void What_nobody_looks_after_is_known(string ecosystem) => Assert.True(ReleaseSupport.EndOf(ecosystem) < new DateOnly(2026, 11, 1));

    [Fact]
    public void A_release_that_is_not_known_is_taken_to_be_alive() => Assert.Null(ReleaseSupport.EndOf("alpine:3.99"));

    private static string Value(string[] row, string[] header, string column) => Array.IndexOf(header, column) is var at and >= 0 && at < row.Length ? row[at] : "";
}
