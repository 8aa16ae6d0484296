using System.Runtime.InteropServices;
using Bulwark.Cli.Output;
using Bulwark.Kernel;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Cli.Hosting.Demo;

/// <summary><c>bulwark demo</c>: sets the stage, has the story told, and leaves the machine as it was, however the story ends.</summary>
internal sealed class Demonstration(DemoOptions options, Screen screen, IBulwarkHost host)
{
    public async Task<int> RunAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        // A closed terminal is no reason to leave containers behind.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });
        try
        {
            using var docker = DockerEndpoint.Open(options.DockerSocket, "bulwark demo");
            using var entered = await DemoGuard.EnterAsync(options, docker, stop.Token).ConfigureAwait(false);
            using var server = new DemoServer(options);
            var application = new DemoApplication(docker);
            if (options.Remove)
                return await ForgetAsync(application, server).ConfigureAwait(false);
            await StageAsync(application, server, stop.Token).ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (DockerException e)
        {
            throw new CommandFailure("Docker did not do what the demonstration needs", e) { Cause = e.Message, Hint = "bulwark doctor" };
        }
        catch (KernelException e)
        {
            throw new CommandFailure("the kernel refused what the demonstration needs", e) { Cause = e.Message, Hint = "bulwark doctor" };
        }
    }

    private async Task StageAsync(DemoApplication application, DemoServer server, CancellationToken cancel)
    {
        var narrator = new Narrator(screen, host);
        screen.Line(Cell.Strong("Bulwark: learn, protect, block, in about a minute"));
        narrator.Say(options.Keep
            ? "Other containers are watched meanwhile, never blocked. What is started here stays (--keep)."
            : "Other containers are watched meanwhile, never blocked. What is started here is removed at the end, also after Ctrl-C.");
        if (await RemoveAsync(application, server).ConfigureAwait(false))
            narrator.Say("An earlier demonstration had left something: it is removed.");
        try
        {
            await new Story(narrator, application, server, options.DockerSocket).TellAsync(cancel).ConfigureAwait(false);
        }
        catch
        {
            await CleanUpAsync(narrator, application, server).ConfigureAwait(false);
            throw;
        }
        if (options.Keep)
            SayWhatStays(narrator);
        else
            await CleanUpAsync(narrator, application, server).ConfigureAwait(false);
    }

    // Not to be interrupted: the one who pressed Ctrl-C wants it gone most of all.
    private static async Task CleanUpAsync(Narrator narrator, DemoApplication application, DemoServer server)
    {
        narrator.Step("Nothing stays");
        await narrator.WaitAsync(() => "cleaning up", RemoveAsync(application, server)).ConfigureAwait(false);
        if (await RemoveAsync(application, server).ConfigureAwait(false))
            throw new CommandFailure("the demonstration left something behind") { Hint = "bulwark demo --remove" };
        narrator.Good("Containers, network, image, server and kernel programs of the demonstration are removed.");
    }

    private static void SayWhatStays(Narrator narrator)
    {
        narrator.Step("Look around");
        narrator.Command($"export BULWARK_SOCKET={DemoServer.Socket}");
        narrator.Command("bulwark status");
        narrator.Say("And when you have seen enough:");
        narrator.Command("bulwark demo --remove");
    }

    private async Task<int> ForgetAsync(DemoApplication application, DemoServer server)
    {
        screen.Note(await RemoveAsync(application, server).ConfigureAwait(false)
            ? "What the demonstration had left is removed."
            : "There is nothing of a demonstration here.");
        return ExitCode.Ok;
    }

    private static async Task<bool> RemoveAsync(DemoApplication application, DemoServer server)
    {
        // The server first: it would only watch the containers go.
        var hadServer = await server.RemoveAsync().ConfigureAwait(false);
        return await application.RemoveAsync(CancellationToken.None).ConfigureAwait(false) || hadServer;
    }
}
