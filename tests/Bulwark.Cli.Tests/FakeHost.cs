using Bulwark.Cli.Hosting;
using Bulwark.Cli.Output;

namespace Bulwark.Cli.Tests;

/// <summary>Stands in for server and agent: remembers what it was asked for.</summary>
internal sealed class FakeHost : IBulwarkHost
{
    public object? Asked { get; private set; }

    public int Answer { get; init; }

    public Task<int> RunAsync(UpOptions options, Screen screen, CancellationToken cancel) => Remember(options);

    public Task<int> DetachAsync(DownOptions options, Screen screen, CancellationToken cancel) => Remember(options);

    public Task<int> DiagnoseAsync(DoctorOptions options, Screen screen, CancellationToken cancel) => Remember(options);

    public Task<int> DemonstrateAsync(DemoOptions options, Screen screen, CancellationToken cancel) => Remember(options);

    private Task<int> Remember(object options)
    {
        Asked = options;
        return Task.FromResult(Answer);
    }
}
