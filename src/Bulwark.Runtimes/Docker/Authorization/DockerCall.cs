using System.Buffers;
using System.Globalization;
using System.Text;

namespace Bulwark.Runtimes.Docker.Authorization;

/// <summary>
/// A call of the Docker Engine API, read from method and address as the daemon's router reads them (moby, <c>api/server/router</c>; gorilla/mux):
/// an optional version, the path after percent-decoding, names that may have slashes in them.
/// </summary>
/// <param name="Act">What it does.</param>
/// <param name="Subject">The container, the exec or the service that it is about; empty if none.</param>
/// <param name="Body">What its body is.</param>
public sealed record DockerCall(DockerAct Act, string Subject, DockerBody Body)
{
    private const int LongestAddress = 32 << 10;

    private static readonly SearchValues<char> s_versionLetters = SearchValues.Create("0123456789.");
    private static readonly DockerCall s_none = new(DockerAct.None, "", DockerBody.Optional);
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The parameters behind the path, in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; private init; } = [];

    /// <summary>The first value of a parameter; empty if there is none.</summary>
    public string Parameter(string name) => Parameters.FirstOrDefault(parameter => parameter.Key == name).Value ?? "";

    /// <exception cref="UnreadableCallException">It is no call that is known, or cannot be read for sure.</exception>
    public static DockerCall Read(string method, string address)
    {
        if (method is "GET" or "HEAD" or "OPTIONS")
            return method == "GET" ? ReadGet(address) : s_none;
        // Removing takes no power from anyone but what is removed.
        if (method == "DELETE")
            return s_none;
        var (path, version, query) = Split(address);
        var call = method switch
        {
            "POST" => Post(path, version),
            "PUT" when Middle(path, "/containers/", "/archive") is { } name => new(DockerAct.CopyIn, name, DockerBody.Opaque),
            _ => null,
        } ?? throw new UnreadableCallException($"{method} {Shown(path)} is no call that Bulwark knows");
        return Complete(call with { Parameters = Query(query) });
    }

    private static DockerCall Complete(DockerCall call) => call.Act == DockerAct.Commit ? call with { Subject = call.Parameter("container") } : call;

    // What cannot be read, the daemon cannot either, or it redirects; neither changes anything.
    private static DockerCall ReadGet(string address)
    {
        try
        {
            var (path, _, _) = Split(address);
            if (Middle(path, "/containers/", "/archive") is { } copied)
                return new(DockerAct.CopyOut, copied, DockerBody.Optional);
            return Middle(path, "/containers/", "/export") is { } exported ? new(DockerAct.Export, exported, DockerBody.Optional) : s_none;
        }
        catch (UnreadableCallException)
        {
            return s_none;
        }
    }

    private static DockerCall? Post(string path, string version) => path switch
    {
        "/containers/create" => new(DockerAct.Create, "", DockerBody.Required),
        "/commit" => new(DockerAct.Commit, "", DockerBody.Optional),
        "/build" => new(DockerAct.Build, "", DockerBody.Opaque),
        "/volumes/create" => new(DockerAct.Volume, "", DockerBody.Required),
        "/services/create" => new(DockerAct.Service, "", DockerBody.Required),
        "/plugins/pull" or "/plugins/create" => new(DockerAct.Plugin, "", DockerBody.Opaque),
        "/swarm/init" or "/swarm/join" or "/swarm/update" => new(DockerAct.Swarm, "", DockerBody.Optional),
        "/swarm/leave" or "/swarm/unlock" => s_none,
        "/auth" or "/session" or "/grpc" => new(DockerAct.None, "", DockerBody.Opaque),
        "/containers/prune" or "/volumes/prune" or "/build/prune" or "/build/cancel" or "/secrets/create" or "/configs/create" => s_none,
        _ when path.StartsWith("/images/", StringComparison.Ordinal) => new(DockerAct.None, "", DockerBody.Opaque),
        _ when path.StartsWith("/networks/", StringComparison.Ordinal) => s_none,
        _ when Middle(path, "/containers/", "") is not null => PostContainer(path, version),
        _ => PostOther(path),
    };

    private static DockerCall? PostContainer(string path, string version)
    {
        foreach (var (suffix, act, body) in s_containerCalls)
        {
            if (Middle(path, "/containers/", suffix) is not { } name)
                continue;
            // Until 1.23 a start could bring settings along that replace those that the container was made with.
            if (act == DockerAct.Start && Compare(version, 1, 24) < 0)
                throw new UnreadableCallException("a start by version 1.23 of the API or older can change what the container may do: use 1.24 or newer");
            return new(act, name, body);
        }
        return null;
    }

    private static readonly (string Suffix, DockerAct Act, DockerBody Body)[] s_containerCalls =
    [
        ("/start", DockerAct.Start, DockerBody.Optional), ("/restart", DockerAct.Start, DockerBody.Optional),
        ("/exec", DockerAct.Exec, DockerBody.Required), ("/update", DockerAct.Update, DockerBody.Optional),
        ("/copy", DockerAct.CopyOut, DockerBody.Optional), ("/attach", DockerAct.None, DockerBody.Opaque),
        ("/kill", DockerAct.None, DockerBody.Optional), ("/pause", DockerAct.None, DockerBody.Optional),
        ("/unpause", DockerAct.None, DockerBody.Optional), ("/stop", DockerAct.None, DockerBody.Optional),
        ("/wait", DockerAct.None, DockerBody.Optional), ("/resize", DockerAct.None, DockerBody.Optional),
        ("/rename", DockerAct.None, DockerBody.Optional), ("/checkpoints", DockerAct.None, DockerBody.Optional),
    ];

    private static DockerCall? PostOther(string path)
    {
        if (Middle(path, "/exec/", "/start") is { } started)
            return new(DockerAct.ExecStart, started, DockerBody.Optional);
        if (Middle(path, "/services/", "/update") is { } service)
            return new(DockerAct.Service, service, DockerBody.Required);
        if (s_pluginCalls.Any(suffix => Middle(path, "/plugins/", suffix) is not null))
            return new(DockerAct.Plugin, "", DockerBody.Opaque);
        return s_otherCalls.Any(call => Middle(path, call.Prefix, call.Suffix) is not null) ? s_none : null;
    }

    private static readonly string[] s_pluginCalls = ["/enable", "/upgrade", "/set"];

    private static readonly (string Prefix, string Suffix)[] s_otherCalls =
    [
        ("/exec/", "/resize"), ("/plugins/", "/disable"), ("/plugins/", "/push"), ("/nodes/", "/update"), ("/secrets/", "/update"), ("/configs/", "/update"),
    ];

    private static string? Middle(string path, string prefix, string suffix) =>
        path.Length > prefix.Length + suffix.Length && path.StartsWith(prefix, StringComparison.Ordinal) && path.EndsWith(suffix, StringComparison.Ordinal)
            ? path[prefix.Length..^suffix.Length]
            : null;

    private static (string Path, string Version, string Query) Split(string address)
    {
        if (address.Length > LongestAddress)
            throw new UnreadableCallException("its address is too long");
        var question = address.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? address : address[..question];
        // RFC 9112, 3.2.2: the absolute form.
        if (path.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme && path.AsSpan(0, scheme).IndexOf('/') < 0)
        {
            var slash = path.IndexOf('/', scheme + 3);
            path = slash < 0 ? "/" : path[slash..];
        }
        path = Decode(path, plusIsSpace: false);
        if (path.Length == 0 || path[0] != '/' || path.Contains("//", StringComparison.Ordinal) || path.Split('/').Any(part => part is "." or ".."))
            throw new UnreadableCallException($"its path {Shown(path)} is not in plain form");
        var version = "";
        if (path.Length > 2 && path[1] == 'v' && path.IndexOf('/', 1) is > 2 and var end && path.AsSpan(2, end - 2).IndexOfAnyExcept(s_versionLetters) < 0)
            (version, path) = (path[2..end], path[end..]);
        return (path, version, question < 0 ? "" : address[(question + 1)..]);
    }

    private static List<KeyValuePair<string, string>> Query(string query)
    {
        // Go refuses semicolons; other readers take them for separators.
        if (query.Contains(';', StringComparison.Ordinal))
            throw new UnreadableCallException("its parameters have a semicolon between them");
        var parameters = new List<KeyValuePair<string, string>>();
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var sign = part.IndexOf('=', StringComparison.Ordinal);
            parameters.Add(new(
                Decode(sign < 0 ? part : part[..sign], plusIsSpace: true), sign < 0 ? "" : Decode(part[(sign + 1)..], plusIsSpace: true)));
        }
        return parameters;
    }

    private static string Decode(string text, bool plusIsSpace)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                if (i + 2 >= text.Length
                    || !byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[length]))
                    throw new UnreadableCallException("its address has a percent sign that encodes nothing");
                length++;
                i += 2;
            }
            else if (i + 1 < text.Length && char.IsSurrogatePair(text, i))
                length += Encoding.UTF8.GetBytes(text.AsSpan(i++, 2), bytes.AsSpan(length));
            else
                length += Encoding.UTF8.GetBytes([plusIsSpace && text[i] == '+' ? ' ' : text[i]], bytes.AsSpan(length));
        }
        try
        {
            return s_strict.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException e)
        {
            throw new UnreadableCallException("its address is no text", e);
        }
    }

    // As moby compares versions: number by number, and what is no number is zero. Without a version the daemon takes its newest.
    private static int Compare(string version, long major, long minor)
    {
        if (version.Length == 0)
            return 1;
        var parts = version.Split('.');
        return Number(0) != major ? Number(0).CompareTo(major) : Number(1).CompareTo(minor);

        long Number(int index) => index < parts.Length && parts[index].Length > 0
            ? long.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue
            : 0;
    }

    private static string Shown(string path) => Model.Enforcement.ShellWord.Printable(path.Length > 200 ? path[..200] : path);
}
