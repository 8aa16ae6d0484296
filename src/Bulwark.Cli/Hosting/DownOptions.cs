namespace Bulwark.Cli.Hosting;

/// <summary>What to take away when no server runs that could do it itself.</summary>
internal sealed record DownOptions
{
    /// <summary>The unix socket that a server which died may have left behind.</summary>
    public string Socket { get; init; } = UpOptions.DefaultSocket;

    /// <summary>Where kernel programs and maps are pinned.</summary>
    public string BpfRoot { get; init; } = UpOptions.DefaultBpfRoot;
}
