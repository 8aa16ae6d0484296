using System.Diagnostics;

namespace Bulwark.Cli.Tests;

/// <summary>The units that <c>./setup</c> installs, as systemd's own tools judge them. That they work is told in the end-to-end tests.</summary>
public sealed class UnitFileTests : IDisposable
{
    private static readonly string[] s_units = ["bulwark.service", "bulwark-authz.socket", "bulwark-authz.service"];

    private readonly string _directory = Directory.CreateTempSubdirectory("bulwark-units-").FullName;

    public UnitFileTests()
    {
        // The executable need not be installed here.
        foreach (var unit in s_units)
            File.WriteAllText(Path.Combine(_directory, unit), File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "deploy", unit)).Replace("/usr/local/bin/bulwark", "/bin/true", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Systemd_knows_everything_that_stands_in_them()
    {
        var (code, told) = await AnalyzeAsync(["verify", "--man=no", .. s_units.Select(PathOf)]);

        Assert.Equal((0, ""), (code, told));
    }

    [Fact]
    public async Task A_line_that_systemd_does_not_know_is_noticed()
    {
        await File.AppendAllTextAsync(PathOf("bulwark.service"), "\n[Service]\nProtectEverything=yes\n");

        Assert.Contains("ProtectEverything", (await AnalyzeAsync(["verify", "--man=no", PathOf("bulwark.service")])).Told, StringComparison.Ordinal);
    }

    // Tenths of what systemd calls exposure, from 0 to 10. The plugin is root, as the API's socket is root's; 'bulwark up' has to look into all of the host.
    [Theory]
    [InlineData("bulwark-authz.service", 5)]
    [InlineData("bulwark.service", 43)]
    public async Task They_give_no_more_rights_than_they_have_to(string unit, int most)
    {
        var (code, told) = await AnalyzeAsync(["security", "--no-pager", "--offline=yes", $"--threshold={most}", PathOf(unit)]);

        Assert.True(code == 0, told);
        Assert.Contains($"Overall exposure level for {unit}", told, StringComparison.Ordinal);
        // The measure is one that can be missed.
        Assert.NotEqual(0, (await AnalyzeAsync(["security", "--no-pager", "--offline=yes", $"--threshold={most - 1}", PathOf(unit)])).Code);
    }

    private string PathOf(string unit) => Path.Combine(_directory, unit);

    private static async Task<(int Code, string Told)> AnalyzeAsync(string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo("systemd-analyze", words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
