using Bulwark.Cli;
using Bulwark.Cli.Hosting;
using Bulwark.Cli.Output;

return await new CommandLine(Terminal.OfProcess(), new BulwarkHost()).RunAsync(args);
