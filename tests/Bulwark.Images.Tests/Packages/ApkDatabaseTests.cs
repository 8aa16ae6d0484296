using System.Text;
using Bulwark.Images.Files;
using Bulwark.Images.Packages.Alpine;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Packages;

public sealed class ApkDatabaseTests
{
    [Fact]
    public void Name_version_origin_and_files_come_from_their_letters()
    {
        var packages = ApkDatabase.Parse("""
            C:Q1abc=
            P:libcrypto3
            V:3.3.1-r0
            A:x86_64
            o:openssl
            F:lib
            R:libcrypto.so.3
            a:0:0:755

            P:busybox
            V:1.36.1-r29
            F:bin
            R:busybox
            """u8, out var contents, out var broken);

        Assert.Equal(["busybox 1.36.1-r29 busybox", "libcrypto3 3.3.1-r0 openssl"], packages.Select(p => $"{p.Name} {p.Version} {p.Source}").Order());
        Assert.Equal(["libcrypto3 lib/libcrypto.so.3", "busybox bin/busybox"], contents.Select(content => $"{content.Package} {content.Files.Single().Path}"));
        Assert.Equal(0, broken);
    }

    [Theory]
    [InlineData("Z:Q1BBDV8vHFQmUJUTPEkCWXEcyrQGg=", true)]
    [InlineData("Z:", false)]
    [InlineData("Z:Q1", false)]
    [InlineData("Z:Q1BBDV8vHFQmUJUTPE", false)]
    [InlineData("Z:Q1!!DV8vHFQmUJUTPEkCWXEcyrQGg=", false)]
    [InlineData("Z:Q1BBDV8vHFQmUJUTPEkCWXEcyrQGg=BBDV8vHFQmUJUTPEkCWXEcyrQGg=", false)]
    [InlineData("Z:Q2BBDV8vHFQmUJUTPEkCWXEcyrQGg=", false)]
    [InlineData("Z:d41d8cd98f00b204e9800998ecf8427e", false)]
    public void A_files_sum_counts_if_it_is_a_whole_SHA1(string line, bool counts)
    {
        ApkDatabase.Parse(Encoding.UTF8.GetBytes($"P:a\nV:1\nF:bin\nR:a\n{line}\n\n"), out var contents, out _);

        Assert.Equal(counts ? DigestKind.Sha1 : DigestKind.None, contents.Single().Files.Single().Kind);
    }

    [Theory]
    [InlineData("Z:Q2ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", "", true)]
    [InlineData("Z:Q1ungWv48Bz+pBQUDeXa4iI7ADYaM=", "f:S\n", true)]
    [InlineData("Z:Q1ungWv48Bz+pBQUDeXa4iI7ADYaM=", "f:xS\n", true)]
    [InlineData("Z:Q1ungWv48Bz+pBQUDeXa4iI7ADYaM=", "f:x\n", false)]
    [InlineData("Z:Q1ungWv48Bz+pBQUDeXa4iI7ADYaM=", "", false)]
    [InlineData("Z:Q2ungWv48Bz+pBQUDeXa4iI7ADYaM=", "f:S\n", false)]
    public void A_files_sum_may_be_a_SHA256_or_the_beginning_of_one(string line, string flags, bool counts)
    {
        // Of "abc". The flags of one package are not the next one's.
        ApkDatabase.Parse(Encoding.UTF8.GetBytes($"P:a\nV:1\n{flags}F:bin\nR:a\n{line}\n\nP:b\nV:1\nF:bin\nR:b\nZ:Q1BBDV8vHFQmUJUTPEkCWXEcyrQGg=\n\n"), out var contents, out _);

        var file = contents[0].Files.Single();
        Assert.Equal(counts, (file.Kind, file.Digest) == (DigestKind.ApkSha256, FileDigest.Of(System.Security.Cryptography.SHA256.HashData("abc"u8))));
        Assert.Equal(DigestKind.Sha1, contents[1].Files.Single().Kind);
    }

    [Fact]
    public void A_sum_that_follows_no_file_is_of_none()
    {
        ApkDatabase.Parse("Z:Q1BBDV8vHFQmUJUTPEkCWXEcyrQGg=\nP:a\nV:1\nF:bin\nR:a\nF:lib\nZ:Q1BBDV8vHFQmUJUTPEkCWXEcyrQGg=\n\nZ:Q1BBDV8vHFQmUJUTPEkCWXEcyrQGg=\n"u8, out var contents, out _);

        Assert.Equal(DigestKind.None, contents.Single().Files.Single().Kind);
    }

    [Fact]
    public void An_entry_without_a_version_is_counted_as_broken()
    {
        Assert.Empty(ApkDatabase.Parse(Encoding.UTF8.GetBytes("P:a\n\n\n"), out _, out var broken));
        Assert.Equal(1, broken);
    }

    [Fact]
    public void What_other_scanners_find_in_these_databases_is_found()
    {
        foreach (var folder in SharedData.IsHere ? (string[])["scalibr/os-apk", "trivy-analyzer/pkg-apk"] : [])
        {
            foreach (var (id, input, expected, _) in Cases.Of(folder).Where(item => File.Exists(item.Input) && item.Expected.Count > 0))
                Assert.True(expected.SequenceEqual(Cases.Names(Cases.Parse(new ApkDatabase(), input, "lib/apk/db/installed"))), id);
        }
    }
}
