using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Bulwark.Cli.Hosting;
using Bulwark.Images.Malware.Yara;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;

namespace Bulwark.Cli.Tests;

/// <summary>Scans with the real libyara, in processes of this executable.</summary>
public sealed class EngineTests : IDisposable
{
    // To these every file is shown.
    private static readonly RuleSet s_rules = new([new("a.yar", "rule A { condition: false }", false)]);
    private static readonly ImmutableArray<string> s_self = ["dotnet", Path.Combine(AppContext.BaseDirectory, "bulwark.dll")];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bulwark-cli-engines-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Malware_that_a_rule_knows_fails_the_gate()
    {
        Write("root/opt/x", "an evil file");
        var rules = Write("rules/evil.yar", "rule Evil { meta: description = \"it is evil\" strings: $a = \"evil\" condition: $a }");
        var shell = new Shell { Self = s_self };

        Assert.Equal(ExitCode.Findings, await ScanAsync(shell, "--yara", Path.GetDirectoryName(rules)!, "--fail-on", "malware"));
        Assert.Contains("malware by own signs, YARA (libyara.so.9.", shell.Out, StringComparison.Ordinal);
        Assert.Contains("it is evil (YARA, Evil)", shell.Out, StringComparison.Ordinal);
        Assert.Contains("refused: malware: 1", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_that_do_not_compile_end_the_scan_with_file_and_line()
    {
        var rules = Write("bad.yar", "\nrule Bad { condition: $a }");
        var shell = new Shell { Self = s_self };

        Assert.Equal(ExitCode.Failed, await ScanAsync(shell, "--yara", rules));
        Assert.Contains("there are rules of YARA that cannot be used", shell.Error, StringComparison.Ordinal);
        Assert.Contains($"{rules}:2: undefined string \"$a\"", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_was_asked_for_and_is_not_there_is_grave()
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.CannotTell, await ScanAsync(shell, "--clamd", "/nonexistent/clamd"));
        Assert.Contains("ClamAV: ClamAV's daemon on /nonexistent/clamd does not answer", shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_engines_none_is_asked()
    {
        var shell = new Shell { Self = s_self };

        await ScanAsync(shell, "--no-engines", "--clamd", "/nonexistent/clamd");
        Assert.Contains("malware by own signs\n", shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_process_that_looks_at_hostile_files_is_shut_in_and_replaced_when_it_ends()
    {
        Write("root/a", "x");
        Write("root/b", "x");
        using var engine = YaraEngine.Open(() => YaraProcessStart.Start(s_self), s_rules, YaraEngine.DefaultLongest);
        var worker = Assert.Single(Workers());

        Assert.Contains("NoNewPrivs:\t1\n", Read(worker, "status"), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^Max open files +0 +0 ", Read(worker, "limits"));
        // Each of its threads has a filter of system calls.
        Assert.All(Directory.GetDirectories($"/proc/{worker}/task"), thread => Assert.Contains("Seccomp:\t2\n", File.ReadAllText(thread + "/status"), StringComparison.Ordinal));
        Assert.Contains("CapEff:\t0000000000000000\n", Read(worker, "status"), StringComparison.Ordinal);
        if (Environment.IsPrivilegedProcess)
            Assert.Contains("Uid:\t65534\t65534\t65534\t65534\n", Read(worker, "status"), StringComparison.Ordinal);

        using (var process = Process.GetProcessById(worker))
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        var result = await ScanAsync(engine);
        Assert.Equal(1, result.CannotTell.Count(doubt => doubt.Reason == "YARA broke on it"));
        Assert.NotEqual(worker, Assert.Single(Workers()));
    }

    [Fact]
    public async Task The_memory_for_a_large_file_is_that_for_a_part_of_it()
    {
        Write("root/small", "x");
        using var engine = YaraEngine.Open(() => YaraProcessStart.Start(s_self), s_rules, YaraEngine.DefaultLongest);
        await ScanAsync(engine);
        var before = MostResident();

        await File.WriteAllBytesAsync(Path.Combine(_directory.FullName, "root/large"), new byte[100 << 20]);
        var result = await ScanAsync(engine);

        Assert.DoesNotContain(result.CannotTell, doubt => doubt.Subject == "large");
        Assert.InRange(MostResident() - before, 1, 32 << 10);

        // In KiB.
        int MostResident() => int.Parse(Regex.Match(Read(Assert.Single(Workers()), "status"), @"VmHWM:\s+(\d+) kB").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private Task<ScanResult> ScanAsync(YaraEngine engine) =>
        ImageScanner.ScanAsync(new DirectorySource(Path.Combine(_directory.FullName, "root")), null, new() { Engines = [engine] }, TimeProvider.System, CancellationToken.None);

    private Task<int> ScanAsync(Shell shell, params string[] options)
    {
        Write("root/etc/motd", "hello");
        return shell.RunAsync(["scan", Path.Combine(_directory.FullName, "root"), "--no-cache", "--advisories", "/nonexistent/advisories", .. options]);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Read(int process, string file) => File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{file}"));

    // Of this process only: other tests have theirs, but each in a scan that is over.
    private static List<int> Workers()
    {
        var workers = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id))
                continue;
            try
            {
                if (Read(id, "cmdline").Contains("\0yara-worker\0", StringComparison.Ordinal) && Read(id, "status").Contains($"PPid:\t{Environment.ProcessId}\n", StringComparison.Ordinal))
                    workers.Add(id);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended.
            }
        }
        return workers;
    }
}
