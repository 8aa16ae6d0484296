using System.Collections.Immutable;
using System.Text;
using Bulwark.Images.Packages;
using Bulwark.Images.Packages.Debian;
using Bulwark.Images.Tests.Harness;
using CsCheck;

namespace Bulwark.Images.Tests.Packages;

public sealed class DpkgDatabaseTests
{
    [Fact]
    public void Name_version_and_source_come_from_the_stanza()
    {
        var package = Parse("""
            Package: libperl5.36
            Status: install ok installed
            Maintainer: Niko Tyni <ntyni@debian.org>
            Architecture: amd64
            Multi-Arch: same
            Source: perl (5.36.0-7+deb12u1)
            Version: 5.36.0-7+deb12u1+b2
            Description: shared Perl library
             Version: 9 is a continuation, and no version
            """).Single();

        Assert.Equal(
            new Package(PackageKind.Dpkg, "libperl5.36", "5.36.0-7+deb12u1+b2")
            {
                Source = "perl",
                SourceVersion = "5.36.0-7+deb12u1",
                Architecture = "amd64",
                Maintainer = "Niko Tyni <ntyni@debian.org>",
            },
            package);
    }

    [Fact]
    public void Without_a_source_the_package_is_its_own() =>
        Assert.Equal(("a", "1:2-3"), Parse("Package: a\nStatus: install ok installed\nVersion: 1:2-3").Single() switch { var p => (p.Source, p.SourceVersion) });

    [Theory]
    [InlineData("install ok installed", 1)]
    [InlineData("install ok half-configured", 1)]
    [InlineData("install ok unpacked", 1)]
    [InlineData("hold ok installed", 1)]
    [InlineData("deinstall ok config-files", 0)]
    [InlineData("purge ok not-installed", 0)]
    public void A_package_counts_when_its_files_are_there(string status, int expected) =>
        Assert.Equal(expected, Parse($"Package: a\nStatus: {status}\nVersion: 1").Length);

    [Fact]
    public void A_package_without_a_version_is_a_doubt_and_not_forgotten()
    {
        var layer = Reading.Layer(
            new Tar().File("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\n\nPackage: b\nStatus: install ok installed\nVersion: 1\n").ToArray(),
            null, new DpkgDatabase());

        Assert.Equal(["b 1"], Cases.Names(layer.Packages.Single().Value));
        Assert.Equal(("var/lib/dpkg/status", CannotTellKind.File), Assert.Single(layer.Doubts) switch { var doubt => (doubt.Subject, doubt.Kind) });
    }

    [Fact]
    public void Distroless_keeps_a_file_for_each_package()
    {
        var layer = Reading.Layer(
            new Tar().File("var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\n")
                .File("var/lib/dpkg/status.d/tzdata.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/share/zoneinfo/UTC\n").ToArray(),
            null, new DpkgDatabase(), new DpkgFiles());

        Assert.Equal(["tzdata 2024a-0+deb12u1"], Cases.Names(layer.Packages.Single().Value));
        Assert.Equal("usr/share/zoneinfo/UTC", layer.PackagedFiles.Single().Value.Single().Files.Single().Path);
    }

    [Fact]
    public void What_other_scanners_find_in_these_databases_is_found()
    {
        foreach (var (id, input, expected, _) in SharedData.IsHere ? Cases.Of("scalibr/os-dpkg").Where(item => File.Exists(item.Input)) : [])
        {
            var path = id.Contains("status.d", StringComparison.Ordinal) || id.Contains("distroless", StringComparison.Ordinal)
                ? $"var/lib/dpkg/status.d/{Path.GetFileName(input)}"
                : "var/lib/dpkg/status";
            Assert.True(expected.SequenceEqual(Cases.Names(Cases.Parse(new DpkgDatabase(), input, path))), id);
        }
    }

    [Fact]
    public void Nothing_in_a_database_makes_the_parser_throw() =>
        Gen.OneOf(Gen.String, Gen.Char["Package:Verson\n (stau)ikl"].Array[0, 200].Select(letters => new string(letters)))
            .Sample(text => DpkgDatabase.Parse(Encoding.UTF8.GetBytes(text), true, out var broken).Length >= 0 && broken >= 0);

    private static ImmutableArray<Package> Parse(string text) => DpkgDatabase.Parse(Encoding.UTF8.GetBytes(text), false, out _);
}
