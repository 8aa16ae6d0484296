using System.CommandLine;
using Bulwark.Cli.Hosting;
using Bulwark.Cli.Output;

namespace Bulwark.Cli;

/// <summary>Options that every command takes.</summary>
internal sealed class GlobalOptions
{
    public const string SocketVariable = "BULWARK_SOCKET";

    public GlobalOptions(Terminal terminal)
    {
        Socket = new Option<string>("--socket")
        {
            Description = $"The server's socket (default: ${SocketVariable} or {UpOptions.DefaultSocket})",
            HelpName = "PATH",
            Recursive = true,
            DefaultValueFactory = _ => terminal.Variable(SocketVariable) is { Length: > 0 } path ? path : UpOptions.DefaultSocket,
        };
        Colour.Among("auto", "always", "never");
    }

    public Option<string> Socket { get; }

    public Option<string> Colour { get; } = new("--color")
    {
        Description = "Colour: auto, always or never (auto heeds NO_COLOR)",
        HelpName = "WHEN",
        Recursive = true,
        DefaultValueFactory = _ => "auto",
    };

    public Option<bool> NoHeaders { get; } = new("--no-headers") { Description = "Leave out the names of columns", Recursive = true };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "Say nothing but data and errors", Recursive = true };

    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Say more; show where an error came from", Recursive = true };

    public IEnumerable<Option> All => [Socket, Colour, NoHeaders, Quiet, Verbose];
}
