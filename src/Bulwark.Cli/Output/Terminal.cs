using System.Collections.Immutable;
using Bulwark.Cli.Hosting;

namespace Bulwark.Cli.Output;

/// <summary>What a command runs in: its streams and whether each is a terminal, its environment, its clock.</summary>
internal sealed record Terminal
{
    public required TextWriter Out { get; init; }
    public required TextWriter Error { get; init; }
    public TextReader In { get; init; } = TextReader.Null;
    public bool OutIsTerminal { get; init; }
    public bool ErrorIsTerminal { get; init; }
    public bool InIsTerminal { get; init; }
    public int Width { get; init; } = int.MaxValue;
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>What starts this same executable once more, with its first arguments; empty where it cannot be started.</summary>
    public ImmutableArray<string> Self { get; init; } = [];
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public static Terminal OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        In = Console.In,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        InIsTerminal = !Console.IsInputRedirected,
        Width = Console.IsOutputRedirected ? int.MaxValue : Console.WindowWidth is > 0 and var width ? width : int.MaxValue,
        Self = OwnProgram.Words,
        Variable = Environment.GetEnvironmentVariable,
    };

    /// <summary>Whether to colour a stream, by <c>--color</c>, https://no-color.org and <c>TERM</c>.</summary>
    public bool Colours(string choice, bool isTerminal) => choice switch
    {
        "always" => true,
        "never" => false,
        _ => isTerminal && string.IsNullOrEmpty(Variable("NO_COLOR")) && Variable("TERM") != "dumb",
    };
}
