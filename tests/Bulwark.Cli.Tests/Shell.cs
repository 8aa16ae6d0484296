using System.Collections.Immutable;
using Bulwark.Cli.Hosting;
using Bulwark.Cli.Output;
using Microsoft.Extensions.Time.Testing;

namespace Bulwark.Cli.Tests;

/// <summary>Types commands in this process and keeps what they print.</summary>
internal sealed class Shell
{
    public Dictionary<string, string> Variables { get; } = [];
    public bool IsTerminal { get; init; }
    public int Width { get; init; } = 160;
    public string Input { get; init; } = "";
    public IBulwarkHost Host { get; init; } = new FakeHost();
    public ImmutableArray<string> Self { get; init; } = [];
    public string Out { get; private set; } = "";
    public string Error { get; private set; } = "";

    public async Task<int> RunAsync(string[] arguments, CancellationToken cancel = default)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var input = new StringReader(Input);
        var terminal = new Terminal
        {
            Out = output,
            Error = error,
            In = input,
            OutIsTerminal = IsTerminal,
            ErrorIsTerminal = IsTerminal,
            InIsTerminal = IsTerminal,
            Width = IsTerminal ? Width : int.MaxValue,
            Self = Self,
            Variable = name => Variables.GetValueOrDefault(name),
            Clock = new FakeTimeProvider(Sample.Now),
        };
        try
        {
            return await new CommandLine(terminal, Host).RunAsync(arguments, cancel);
        }
        finally
        {
            (Out, Error) = (output.ToString(), error.ToString());
        }
    }

    /// <summary>Runs a command against a server.</summary>
    public Task<int> RunAsync(CannedServer server, params string[] arguments) => RunAsync([.. arguments, "--socket", server.Socket]);
}
