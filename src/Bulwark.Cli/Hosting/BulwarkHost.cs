using Bulwark.Cli.Hosting.Doctor;
using Bulwark.Cli.Output;

namespace Bulwark.Cli.Hosting;

/// <summary>Server and agent in this process.</summary>
internal sealed class BulwarkHost : IBulwarkHost
{
    public Task<int> RunAsync(UpOptions options, Screen screen, CancellationToken cancel) => throw Missing("up");

    public Task<int> DetachAsync(DownOptions options, Screen screen, CancellationToken cancel) => throw Missing("down");

    public Task<int> DiagnoseAsync(DoctorOptions options, Screen screen, CancellationToken cancel) =>
        Examination.RunAsync(options, screen, cancel);

    public Task<int> DemonstrateAsync(DemoOptions options, Screen screen, CancellationToken cancel) => throw Missing("demo");

    private static CommandFailure Missing(string command) => new($"this build can't run 'bulwark {command}' on this machine")
    {
        Cause = "server and agent are not part of it",
    };
}
