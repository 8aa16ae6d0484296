using System.Text;
using System.Text.Json;
using Bulwark.Images.Packages;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Packages;

public sealed class OsReleaseTests
{
    [Theory]
    [InlineData("ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm", "debian:12")]
    [InlineData("ID=debian\nVERSION_CODENAME=trixie", "debian:13")]
    [InlineData("ID=debian\nVERSION_CODENAME=trixie/sid", "debian:13")]
    [InlineData("ID=debian\nVERSION_CODENAME=sid", "debian:sid")]
    [InlineData("ID=debian", null)]
    [InlineData("ID=debian\nVERSION_ID=unstable", null)]
    [InlineData("ID=alpine\nVERSION_ID=3.20.1", "alpine:3.20")]
    [InlineData("ID=alpine\nVERSION_ID=3.21_alpha20240606", "alpine:edge")]
    [InlineData("ID=ubuntu\nVERSION_ID='22.04'", "ubuntu:22.04")]
    [InlineData("ID=rocky\nVERSION_ID=9.3", "rocky:9")]
    [InlineData("ID=haiku\nVERSION_ID=1", null)]
    public void The_release_says_which_advisories_are_meant(string text, string? expected) =>
        Assert.Equal(expected, OsRelease.Read(Encoding.UTF8.GetBytes(text))!.Ecosystem);

    [Fact]
    public void Quotes_comments_and_escapes_are_read_as_a_shell_would()
    {
        var values = OsRelease.Parse("# ID=no\nID=\"a\\\"b\"\nNAME='x y'\n VERSION = 1 \nnonsense\n"u8);

        Assert.Equal(("a\"b", "x y", "1"), (values["ID"], values["NAME"], values["VERSION"]));
        Assert.Equal(3, values.Count);
    }

    [Fact]
    public void Real_files_of_many_distributions_are_read_in_full()
    {
        foreach (var file in SharedData.IsHere ? Directory.GetFiles(SharedData.PathOf("osrelease"), "*.txtar") : [])
        {
            var parts = File.ReadAllText(file).Split("-- ");
            var text = parts.Single(part => part.StartsWith("os-release --", StringComparison.Ordinal))["os-release --\n".Length..];
            using var expected = JsonDocument.Parse(parts.Single(part => part.StartsWith("Parsed --", StringComparison.Ordinal))["Parsed --\n".Length..]);
            var values = OsRelease.Parse(Encoding.UTF8.GetBytes(text));
            Assert.Equal(
                expected.RootElement.EnumerateObject().Select(value => $"{value.Name}={value.Value}").Order(),
                values.Select(value => $"{value.Key}={value.Value}").Order());
        }
    }
}
