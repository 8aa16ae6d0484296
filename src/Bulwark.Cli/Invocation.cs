using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using Bulwark.Cli.Api;
using Bulwark.Cli.Output;

namespace Bulwark.Cli;

/// <summary>One run of a command: what was typed, where to write, whom to ask.</summary>
internal sealed class Invocation : IDisposable
{
    private readonly ParseResult _parsed;
    private readonly Lazy<ApiClient> _client;

    public Invocation(ParseResult parsed, GlobalOptions options, Terminal terminal)
    {
        _parsed = parsed;
        Terminal = terminal;
        Socket = parsed.GetValue(options.Socket) ?? "";
        Quiet = parsed.GetValue(options.Quiet);
        Verbose = parsed.GetValue(options.Verbose);
        // A bad --color is reported as an error itself, by this same screen.
        Screen = new(terminal, parsed.GetValue(options.Colour) ?? "auto", Quiet, !parsed.GetValue(options.NoHeaders));
        _client = new(() => new ApiClient(Socket));
    }

    public Terminal Terminal { get; }
    public Screen Screen { get; }
    public string Socket { get; }
    public bool Quiet { get; }
    public bool Verbose { get; }
    public ApiClient Client => _client.Value;

    /// <summary>Whether errors are to be JSON too.</summary>
    public bool WantsJson => _parsed.CommandResult.Children.OfType<System.CommandLine.Parsing.OptionResult>()
        .Any(option => option.Option.Name == OutputOption.Name && option.Tokens.Any(token => token.Value == OutputOption.Json));

    public T? Value<T>(Option<T> option) => _parsed.GetValue(option);

    public T Value<T>(Argument<T> argument) => _parsed.GetRequiredValue(argument);

    public T? Optional<T>(Argument<T> argument) => _parsed.GetValue(argument);

    /// <summary>Writes <paramref name="value"/> as JSON if that is asked for.</summary>
    public bool WroteJson<T>(Option<string> output, T value)
    {
        if (Value(output) != OutputOption.Json)
            return false;
        JsonTypeInfo<T> type = CliJson.Indented<T>();
        Screen.Json(value, type);
        return true;
    }

    /// <summary>Waits for an answer, and says so if that takes long.</summary>
    public Task<T> WaitAsync<T>(string what, Task<T> work) => Progress.WatchAsync(Terminal, Quiet, what, work);

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }
}
