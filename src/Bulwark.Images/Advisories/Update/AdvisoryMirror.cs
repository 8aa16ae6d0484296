namespace Bulwark.Images.Advisories.Update;

/// <summary>Where to fetch instead of from official hosts.</summary>
/// <param name="Host">The official host it stands for; empty for all of them, each then with a folder of its name below the address.</param>
public sealed record AdvisoryMirror(string Host, Uri Address)
{
    /// <summary>Reads <c>https://mirror.example/below</c> or <c>security-tracker.debian.org=https://mirror.example/debian</c>; null for anything else.</summary>
    public static AdvisoryMirror? Parse(string text)
    {
        var (host, address) = text.Split('=', 2) is [var before, var after] && !before.Contains('/', StringComparison.Ordinal) ? (before, after) : ("", text);
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Query.Length == 0
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            ? new(host, uri)
            : null;
    }

    /// <summary>Where a file of an official host is; null if the mirror is not for that host.</summary>
    public Uri? Of(Uri official) => Host.Length == 0 ? new($"{Address.AbsoluteUri.TrimEnd('/')}/{official.Host}{official.AbsolutePath}")
        : Host == official.Host ? new($"{Address.AbsoluteUri.TrimEnd('/')}{official.AbsolutePath}")
        : null;
}
