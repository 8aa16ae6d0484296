using Bulwark.Agent.Starts;
using Bulwark.Model;

namespace Bulwark.Cli.OciRuntime;

/// <summary>
/// What <c>bulwark runtime</c> was called with: its own options first, then the arguments of the runtime that it becomes, of which it
/// reads only what it needs.
/// </summary>
internal sealed record RuntimeArguments
{
    public const string RuntimeOption = "--runtime";
    public const string SocketOption = "--start-socket";
    public const string WaitOption = "--wait";
    public const string UnansweredOption = "--unanswered";
    public const string Open = "open";
    public const string Closed = "closed";
    public const string DefaultSocket = "/run/bulwark/" + StartQuestion.SocketName;
    public const string DefaultRoot = "/run/runc";
    public static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(5);

    // Options of runc and crun, before their command, that are followed by a value.
    private static readonly string[] s_valued = ["root", "log", "log-format", "criu", "rootless", "cgroup-manager"];

    /// <summary>The runtime to become, a path; empty for the one that is installed.</summary>
    public string Runtime { get; private init; } = "";

    public string Socket { get; private init; } = DefaultSocket;

    /// <summary>How long the agent has for its answer.</summary>
    public TimeSpan Wait { get; private init; } = DefaultWait;

    /// <summary>Whether a container stays down when the agent does not answer.</summary>
    public bool IsClosed { get; private init; }

    /// <summary>How many of the arguments are the wrapper's own.</summary>
    public int Own { get; private init; }

    /// <summary>The runtime's command, or empty.</summary>
    public string Command { get; private init; } = "";

    /// <summary>The container that <c>start</c> starts; empty for other commands, and for what is no container's name.</summary>
    public string StartedContainer { get; private init; } = "";

    /// <summary>Where the runtime keeps what it knows of its containers.</summary>
    public string Root { get; private init; } = DefaultRoot;

    /// <summary>The runtime's log, or empty.</summary>
    public string Log { get; private init; } = "";

    public bool LogsJson { get; private init; }

    /// <exception cref="RuntimeException">An option of the wrapper's own makes no sense.</exception>
    public static RuntimeArguments Parse(IReadOnlyList<string> arguments)
    {
        var read = new RuntimeArguments();
        var next = 0;
        while (next < arguments.Count && IsOwn(arguments[next]))
        {
            var (name, value) = Split(arguments[next++]);
            if (value is null)
            {
                if (next == arguments.Count)
                    throw new RuntimeException($"{name} needs a value");
                value = arguments[next++];
            }
            read = name switch
            {
                RuntimeOption when Path.IsPathFullyQualified(value) => read with { Runtime = value },
                SocketOption when Path.IsPathFullyQualified(value) => read with { Socket = value },
                WaitOption when DurationText.TryParse(value, out var wait) && wait > TimeSpan.Zero && wait <= StartQuestion.LongestWait =>
                    read with { Wait = wait },
                UnansweredOption when value is Open or Closed => read with { IsClosed = value == Closed },
                _ => throw new RuntimeException($"'{value}' is no value for {name}: see bulwark runtime --help"),
            };
        }
        return read.ReadPassed(arguments, next);
    }

    private RuntimeArguments ReadPassed(IReadOnlyList<string> arguments, int first)
    {
        var read = this with { Own = first };
        var next = first;
        for (; next < arguments.Count && arguments[next] is ['-', _, ..] option; next++)
        {
            if (option == "--")
            {
                next++;
                break;
            }
            // Go's flag package takes one dash for two.
            var (name, value) = Split(option.TrimStart('-'));
            if (value is null && s_valued.Contains(name))
                value = ++next < arguments.Count ? arguments[next] : "";
            read = name switch
            {
                "root" => read with { Root = value ?? "" },
                "log" => read with { Log = value ?? "" },
                "log-format" => read with { LogsJson = value == "json" },
                _ => read,
            };
        }
        if (next >= arguments.Count)
            return read;
        read = read with { Command = arguments[next++] };
        if (read.Command != "start")
            return read;
        if (next < arguments.Count && arguments[next] == "--")
            next++;
        // With an option (--help) or a wrong number of names the runtime starts nothing.
        return next == arguments.Count - 1 && StartQuestion.IsContainerId(arguments[next]) && arguments[next][0] != '-'
            ? read with { StartedContainer = arguments[next] }
            : read;
    }

    private static bool IsOwn(string argument) => Split(argument).Name is RuntimeOption or SocketOption or WaitOption or UnansweredOption;

    private static (string Name, string? Value) Split(string option)
    {
        var sign = option.IndexOf('=', StringComparison.Ordinal);
        return sign < 0 ? (option, null) : (option[..sign], option[(sign + 1)..]);
    }
}
