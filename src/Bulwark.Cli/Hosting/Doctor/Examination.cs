using Bulwark.Cli.Api;
using Bulwark.Cli.Output;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary><c>bulwark doctor</c>: looks at everything that Bulwark needs and says what there is.</summary>
internal static class Examination
{
    /// <summary>Examines this machine, writes what was found, and gives the exit code.</summary>
    public static async Task<int> RunAsync(DoctorOptions options, Screen screen, CancellationToken cancel)
    {
        var diagnosis = await OfAsync(Machine.This, options, cancel).ConfigureAwait(false);
        if (options.Json)
            screen.Json(diagnosis, CliJson.Indented<Diagnosis>());
        else
            DiagnosisListing.Write(diagnosis, screen);
        return diagnosis.CanRun ? ExitCode.Ok : ExitCode.Findings;
    }

    public static async Task<Diagnosis> OfAsync(Machine machine, DoctorOptions options, CancellationToken cancel)
    {
        var dockers = Task.WhenAll(options.DockerSockets.Select(socket => DockerCheck.OfAsync(socket, cancel)));
        var socket = SocketCheck.OfAsync(options.Socket, cancel);
        return Diagnosis.Of(
        [
            PrivilegesCheck.Of(machine), KernelCheck.Of(machine), TypesCheck.Of(machine), BpfFileSystemCheck.Of(machine, options.BpfRoot),
            ControlGroupsCheck.Of(machine), TrafficControlCheck.Of(machine), NetworksCheck.Of(machine), LibbpfCheck.Of(machine), .. (await dockers.ConfigureAwait(false)).SelectMany(checks => checks),
            GroupCheck.Of(machine), await socket.ConfigureAwait(false), SystemdCheck.Of(machine),
        ]);
    }
}
