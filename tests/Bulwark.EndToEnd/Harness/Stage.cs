using Bulwark.EndToEnd.Harness;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(Stage))]

// One Bulwark at a time: its kernel programs see the whole machine.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace Bulwark.EndToEnd.Harness;

/// <summary>What all scenarios share: one host and the world outside it.</summary>
public sealed class Stage : IAsyncLifetime
{
    private Sandbox? _sandbox;
    private Host? _host;

    public Host Host => _host ?? throw new InvalidOperationException("The stage is not set.");

    public Outside Outside => Host.Outside;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await Sandbox.CreateAsync();
        try
        {
            _host = await Host.StartAsync(_sandbox, await Outside.StartAsync(_sandbox), 10);
        }
        catch
        {
            await _sandbox.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_sandbox is not null)
            await _sandbox.DisposeAsync();
    }
}
