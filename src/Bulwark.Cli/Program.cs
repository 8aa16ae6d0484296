using Bulwark.Cli;
using Bulwark.Cli.Hosting;
using Bulwark.Cli.OciRuntime;
using Bulwark.Cli.Output;

// First, and on this thread: it runs for every command about a container.
if (RuntimeWrapper.IsMeant(args))
    return RuntimeWrapper.Run(args);
return await new CommandLine(Terminal.OfProcess(), new BulwarkHost()).RunAsync(args);
