using System.Collections.Immutable;
using System.CommandLine;
using Bulwark.Cli.Hosting;
using Bulwark.Cli.Output;
using Bulwark.Images;
using Bulwark.Images.Malware.ClamAv;
using Bulwark.Images.Malware.Engines;
using Bulwark.Images.Malware.Yara;
using Bulwark.Images.Scanning;

namespace Bulwark.Cli.Commands;

/// <summary>Which engines look for malware: those that are there, unless something else is asked for.</summary>
internal sealed class EngineOptions(Terminal terminal)
{
    public Option<string[]> Yara { get; } = new("--yara")
    {
        Description = $"Rules of YARA, besides Bulwark's own and those in {string.Join(" and ", RuleSet.DefaultFolders)}; repeatable",
        HelpName = "FILE|FOLDER",
    };

    public Option<string> Clamd { get; } = new("--clamd")
    {
        Description = $"The socket of ClamAV's daemon (default: {ClamdEngine.DefaultSockets[0]} and the like, where there is one)",
        HelpName = "PATH",
    };

    public Option<bool> None { get; } = new("--no-engines") { Description = "Ask neither YARA nor ClamAV, only Bulwark's own signs of malware" };

    public IEnumerable<Option> All => [Yara, Clamd, None];

    /// <summary>Adds the engines to how is scanned, and what of them was asked for and is not there.</summary>
    /// <exception cref="CommandFailure">There are rules that cannot be read or do not compile.</exception>
    public ScanOptions AddTo(ScanOptions options, Invocation invocation)
    {
        if (invocation.Value(None))
            return options;
        var engines = ImmutableArray.CreateBuilder<IMalwareEngine>();
        var doubts = ImmutableArray.CreateBuilder<CannotTell>();
        Open(OpenYara, invocation.Value(Yara) is { Length: > 0 }, "YARA", "apt-get install libyara9");
        Open(OpenClamd, invocation.Value(Clamd) is not null, "ClamAV", "apt-get install clamav-daemon");
        return options with { Engines = engines.ToImmutable(), Doubts = doubts.ToImmutable() };

        void Open(Func<Invocation, IMalwareEngine?> open, bool isAsked, string name, string hint)
        {
            try
            {
                if (open(invocation) is { } engine)
                    engines.Add(engine);
            }
            catch (EngineOpeningException e) when (e.IsRules)
            {
                foreach (var opened in engines)
                    opened.Dispose();
                throw new CommandFailure("there are rules of YARA that cannot be used", e) { Cause = e.Message };
            }
            catch (EngineOpeningException e) when (isAsked)
            {
                doubts.Add(new(CannotTellKind.Malware, name, e.Message) { Hint = hint });
            }
            catch (EngineOpeningException)
            {
                // Nobody asked for it: the result says which engines there were.
            }
        }
    }

    private YaraEngine? OpenYara(Invocation invocation)
    {
        if (terminal.Self.IsEmpty)
            return null;
        var rules = RuleSet.Read([.. RuleSet.DefaultFolders.Where(Directory.Exists), .. invocation.Value(Yara) ?? []]);
        return YaraEngine.Open(() => YaraProcessStart.Start(terminal.Self), rules, YaraEngine.DefaultLongest);
    }

    private ClamdEngine? OpenClamd(Invocation invocation) =>
        (invocation.Value(Clamd) ?? Array.Find(ClamdEngine.DefaultSockets, File.Exists)) is { } socket ? ClamdEngine.Open(socket, ClamdEngine.DefaultLongest) : null;
}
