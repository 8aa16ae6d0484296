using Bulwark.Agent;
using Bulwark.Agent.Starts;
using Bulwark.Cli.Output;
using Bulwark.Kernel;
using Bulwark.Server;
using Bulwark.Server.Api;
using Bulwark.Server.Authorization;
using Bulwark.Server.Configuration;
using Bulwark.Server.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Bulwark.Cli.Hosting;

/// <summary><c>bulwark up</c>: one server and the agent of this host.</summary>
internal sealed class ServerAndAgent(UpOptions options, Screen screen)
{
    public async Task<int> RunAsync(CancellationToken cancel)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new CommandFailure("Bulwark can't start") { Cause = "putting programs into the kernel needs root", Hint = "sudo bulwark up" };
        foreach (var address in options.DockerSockets)
            DockerEndpoint.Open(address, "bulwark up").Dispose();
        try
        {
            await ServeAsync(cancel).ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (KernelException e)
        {
            throw new CommandFailure("the kernel refused what Bulwark needs of it", e) { Cause = e.Message, Hint = "bulwark doctor" };
        }
        catch (ConfigurationException e)
        {
            throw new CommandFailure("the configuration can't be used", e) { Cause = e.Message, Hint = "correct the file, then start again" };
        }
        catch (AlreadyRunningException e)
        {
            throw new CommandFailure("Bulwark runs already", e) { Cause = e.Message, Hint = "bulwark status" };
        }
        catch (StoreException e)
        {
            throw new CommandFailure("the database can't be used", e)
            {
                Cause = e.Message,
                Hint = "bulwark status, if it says that another Bulwark runs; else see to the file, or give another directory with --data-directory",
            };
        }
    }

    private async Task ServeAsync(CancellationToken cancel)
    {
        var server = Read();
        using var loggers = Loggers();
        await using var running = new BulwarkServer(server, TimeProvider.System, loggers);
        using var agent = new HostAgent(
            new()
            {
                BpfRoot = options.BpfRoot,
                Dockers = options.DockerSockets,
                PassBridges = server.PassBridges,
                StartSocket = Path.Join(Path.GetDirectoryName(Path.GetFullPath(server.Socket)), StartQuestion.SocketName),
            },
            running.Directory, running.TryPost,
            running.Observations.WriteAsync, TimeProvider.System, loggers);
        running.Attach(agent);
        using var facts = new DockerFacts(options.DockerSockets);
        running.AttachDocker(facts, new ScanProcess(options.DockerSockets, server.DataDirectory));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var serving = running.RunAsync(stop.Token);
        await Task.WhenAny(running.Started, serving).ConfigureAwait(false);
        // A container's policy must be in the kernel before the container is found.
        var watching = serving.IsCompleted ? Task.CompletedTask : agent.RunAsync(stop.Token);
        var notifier = new SystemdNotifier();
        if (!serving.IsCompleted)
        {
            notifier.Notify(ServiceState.Ready);
            screen.Note($"Bulwark watches {string.Join(", ", options.DockerSockets)}. Show what it sees: bulwark status");
        }
        await Task.WhenAny(serving, watching).ConfigureAwait(false);
        notifier.Notify(ServiceState.Stopping);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(serving, watching).ConfigureAwait(false);
    }

    private ServerOptions Read()
    {
        if (options.Config is { } file && !File.Exists(file))
            throw new ConfigurationException($"there is no file {file}");
        var read = ConfigurationFile.Load(options.Config ?? ConfigurationFile.DefaultPath);
        return read with
        {
            // What was not asked for on the command line is as the file has it.
            DataDirectory = options.DataDirectory == UpOptions.DefaultDataDirectory ? read.DataDirectory : options.DataDirectory,
            Socket = options.Socket == UpOptions.DefaultSocket ? read.Socket : options.Socket,
            Auto = options.Auto ?? read.Auto,
        };
    }

    // To standard error: the journal's, or a person's.
    private ILoggerFactory Loggers() => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(options.Verbose ? LogLevel.Debug : LogLevel.Warning)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddSimpleConsole(format =>
        {
            format.SingleLine = true;
            format.UseUtcTimestamp = true;
            format.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            format.ColorBehavior = LoggerColorBehavior.Disabled;
        })
        .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
}
