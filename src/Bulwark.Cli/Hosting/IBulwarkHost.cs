using Bulwark.Cli.Output;

namespace Bulwark.Cli.Hosting;

/// <summary>
/// The commands that do not ask a server but work on this machine themselves. Each returns the process's exit code; a
/// <see cref="CommandFailure"/> is shown as an error with its hint.
/// </summary>
internal interface IBulwarkHost
{
    /// <summary>Runs server and agent until <paramref name="cancel"/> is cancelled. Protection stays in force afterwards.</summary>
    Task<int> RunAsync(UpOptions options, Screen screen, CancellationToken cancel);

    /// <summary>Detaches every kernel program and removes every pinned map, with no server running.</summary>
    Task<int> DetachAsync(DownOptions options, Screen screen, CancellationToken cancel);

    /// <summary>Says whether this machine can run Bulwark: <see cref="ExitCode.Findings"/> if not.</summary>
    Task<int> DiagnoseAsync(DoctorOptions options, Screen screen, CancellationToken cancel);

    /// <summary>Starts a small shop, learns it, protects it, attacks it, and shows what happened.</summary>
    Task<int> DemonstrateAsync(DemoOptions options, Screen screen, CancellationToken cancel);
}
