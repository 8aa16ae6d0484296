using Bulwark.Agent;
using Bulwark.Cli.Hosting.Demo;
using Bulwark.Cli.Hosting.Doctor;
using Bulwark.Cli.Output;
using Bulwark.Kernel;

namespace Bulwark.Cli.Hosting;

/// <summary>Server and agent in this process.</summary>
internal sealed class BulwarkHost : IBulwarkHost
{
    public Task<int> RunAsync(UpOptions options, Screen screen, CancellationToken cancel) =>
        new ServerAndAgent(options, screen).RunAsync(cancel);

    public Task<int> DetachAsync(DownOptions options, Screen screen, CancellationToken cancel)
    {
        try
        {
            screen.Note(HostAgent.Leave(options.BpfRoot)
                ? "Bulwark is down. Nothing is watched or blocked any more."
                : "There was nothing of Bulwark in the kernel.");
            return Task.FromResult(ExitCode.Ok);
        }
        catch (Exception e) when (e is KernelException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure("Bulwark could not be taken out of the kernel", e)
            {
                Cause = e.Message,
                Hint = e is UnauthorizedAccessException ? "sudo bulwark down" : "bulwark doctor",
            };
        }
    }

    public Task<int> DiagnoseAsync(DoctorOptions options, Screen screen, CancellationToken cancel) =>
        Examination.RunAsync(options, screen, cancel);

    public Task<int> DemonstrateAsync(DemoOptions options, Screen screen, CancellationToken cancel) =>
        new Demonstration(options, screen, this).RunAsync(cancel);
}
