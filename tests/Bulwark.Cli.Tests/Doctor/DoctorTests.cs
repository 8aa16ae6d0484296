using System.Text.Json;
using Bulwark.Cli.Api;
using Bulwark.Cli.Hosting;
using Bulwark.Cli.Hosting.Doctor;
using Bulwark.Cli.Output;
using Bulwark.Kernel.Attachment;

namespace Bulwark.Cli.Tests.Doctor;

public sealed class DoctorTests
{
    private static readonly DoctorOptions s_options = new() { DockerSockets = ["unix:///nonexistent/docker.sock"], Socket = "/nonexistent/s" };

    [Fact]
    public async Task A_diagnosis_is_written_for_people_and_for_programs()
    {
        using var made = new MadeUpMachine();
        made.Remove("sys/kernel/btf/vmlinux");
        made.Mounts("/sys/fs/bpf bpf", "/sys/fs/cgroup/cpu cgroup");
        var diagnosis = await Examination.OfAsync(made.Machine, s_options, CancellationToken.None);
        using var output = new StringWriter { NewLine = "\n" };
        var screen = new Screen(new() { Out = output, Error = output });

        DiagnosisListing.Write(diagnosis, screen);
        GoldenFile.Check("doctor.txt", output.ToString());
        output.GetStringBuilder().Clear();
        screen.Json(diagnosis, CliJson.Indented<Diagnosis>());
        GoldenFile.Check("doctor.json", output.ToString());
    }

    [Fact]
    public void One_missing_thing_is_enough_but_warnings_are_not()
    {
        Assert.True(Diagnosis.Of([Check.Ok("a", ""), Check.Warning("b", "", "", "")]).CanRun);
        Assert.False(Diagnosis.Of([Check.Ok("a", ""), Check.Missing("b", "", "", "")]).CanRun);
    }

    [Fact]
    public async Task This_machine_is_examined_and_the_exit_code_says_whether_it_can_run_Bulwark()
    {
        var shell = new Shell { Host = new BulwarkHost() };

        var code = await shell.RunAsync(["doctor", "-o", "json", "--docker", "unix:///nonexistent/docker.sock", "--socket", "/nonexistent/s"]);

        using var diagnosis = JsonDocument.Parse(shell.Out);
        var checks = diagnosis.RootElement.GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!);
        Assert.Equal(
            ["privileges", "kernel", "btf", "bpf-file-system", "control-groups", "traffic-control", "networks", "libbpf", "docker", "group", "socket", "systemd"],
            diagnosis.RootElement.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()!));
        var canRun = diagnosis.RootElement.GetProperty("canRun").GetBoolean();
        Assert.Equal(canRun ? ExitCode.Ok : ExitCode.Findings, code);
        Assert.Equal(canRun, checks.Values.All(check => check.GetProperty("state").GetString() != "missing"));
        // Every program that builds Bulwark runs on Linux, so its release is known.
        Assert.Contains($"Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}", checks["kernel"].GetProperty("found").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Trying_leaves_the_interfaces_of_this_machine_as_they_are()
    {
        var before = Directory.GetFileSystemEntries("/sys/class/net");
        var here = File.ResolveLinkTarget("/proc/self/ns/net", returnFinalTarget: false)?.ToString();

        TrafficControlTrial.Run();
        NetworkKindsTrial.Missing(["veth", "bridge", "macvlan", "ipvlan"]);

        Assert.Equal(before, Directory.GetFileSystemEntries("/sys/class/net"));
        Assert.Equal(here, File.ResolveLinkTarget("/proc/self/ns/net", returnFinalTarget: false)?.ToString());
    }
}
