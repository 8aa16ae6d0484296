using Bulwark.Kernel;
using Bulwark.Kernel.Attachment;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>A machine to examine: its files, below a root, and what only a trial tells.</summary>
internal sealed record Machine
{
    /// <summary>The one that this process runs on.</summary>
    public static readonly Machine This = new()
    {
        Root = "/",
        TryTrafficControl = TrafficControlTrial.Run,
        MissingNetworkKinds = NetworkKindsTrial.Missing,
        HasTcx = () => PacketHooks.HasTcx,
        LibbpfVersion = Libbpf.Version,
    };

    public required string Root { get; init; }

    /// <summary>Attaches something to an interface made for it.</summary>
    public required Func<Trial> TryTrafficControl { get; init; }

    /// <summary>Which of these kinds of interfaces the kernel cannot make; throws a <see cref="KernelException"/> if it cannot be tried.</summary>
    public required Func<IReadOnlyList<string>, IReadOnlyList<string>> MissingNetworkKinds { get; init; }

    /// <summary>Whether programs can be attached by tcx.</summary>
    public required Func<bool> HasTcx { get; init; }

    /// <summary>The version of the library <c>libbpf.so.1</c>; null if it cannot be loaded.</summary>
    public required Func<string?> LibbpfVersion { get; init; }

    public string PathOf(string path) => Path.Join(Root, path);

    public bool HasDirectory(string path) => Directory.Exists(PathOf(path));

    public bool HasFile(string path) => File.Exists(PathOf(path));

    /// <summary>The text of a file; empty if there is none, or it may not be read.</summary>
    public string Read(string path)
    {
        try
        {
            return File.ReadAllText(PathOf(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
