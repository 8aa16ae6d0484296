using System.Text.RegularExpressions;

namespace Bulwark.Images.Registries;

/// <summary>
/// The name of an image in a registry, <c>HOST[:PORT]/PATH[:TAG][@DIGEST]</c>, read as Docker reads it: without a host it is Docker Hub's,
/// and there without a slash an official one.
/// </summary>
/// <param name="Host">As written, <c>registry.example.com:5000</c>; <see cref="DockerHub"/> if none was.</param>
/// <param name="Repository">Path in the registry: <c>library/debian</c>.</param>
/// <param name="Tag">Empty when a digest alone is meant.</param>
/// <param name="Digest">Empty when a tag alone is meant.</param>
public sealed partial record ImageReference(string Host, string Repository, string Tag, string Digest)
{
    public const string DockerHub = "docker.io";

    // The OCI distribution specification lets registries refuse more.
    private const int LongestRepository = 255;
    private const string DefaultTag = "latest";

    /// <summary>Where the registry's API answers: Docker Hub's is not where its name says.</summary>
    public string ApiHost => Host == DockerHub ? "registry-1.docker.io" : Host;

    /// <summary>What to ask the registry for.</summary>
    public string Wanted => Digest.Length > 0 ? Digest : Tag;

    /// <summary>Whether the name says which registry is meant, so that it cannot be taken for anything else.</summary>
    public static bool NamesHost(string text) => text.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 && IsHost(text[..slash]);

    /// <summary>Null for what is no name of an image.</summary>
    public static ImageReference? Parse(string text)
    {
        var (host, rest) = NamesHost(text) ? (text[..text.IndexOf('/', StringComparison.Ordinal)], text[(text.IndexOf('/', StringComparison.Ordinal) + 1)..]) : (DockerHub, text);
        if (host == "index.docker.io")
            host = DockerHub;
        var digest = "";
        if (rest.IndexOf('@', StringComparison.Ordinal) is var at and >= 0)
        {
            (digest, rest) = (rest[(at + 1)..], rest[..at]);
            if (!Archives.Digest.IsValid(digest))
                return null;
        }
        var tag = digest.Length > 0 ? "" : DefaultTag;
        if (rest.LastIndexOf(':') is var colon and >= 0)
        {
            (tag, rest) = (rest[(colon + 1)..], rest[..colon]);
            if (!TagForm().IsMatch(tag))
                return null;
        }
        if (host == DockerHub && !rest.Contains('/', StringComparison.Ordinal))
            rest = $"library/{rest}";
        return rest.Length <= LongestRepository && RepositoryForm().IsMatch(rest) && HostForm().IsMatch(host) ? new(host, rest, tag, digest) : null;
    }

    public override string ToString() =>
        $"{Host}/{Repository}{(Tag.Length > 0 ? $":{Tag}" : "")}{(Digest.Length > 0 ? $"@{Digest}" : "")}";

    private static bool IsHost(string first) => first is "localhost" || first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal);

    [GeneratedRegex(@"\A(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:]{2,39}\])(?::[0-9]{1,5})?\z")]
    private static partial Regex HostForm();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex RepositoryForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\z")]
    private static partial Regex TagForm();
}
