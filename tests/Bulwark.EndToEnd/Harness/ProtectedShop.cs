using Bulwark.Model;

namespace Bulwark.EndToEnd.Harness;

/// <summary>
/// An application that Bulwark has learnt and now protects, beside a second one of another project. Nobody told Bulwark anything.
/// </summary>
public sealed class ProtectedShop(Stage stage) : IAsyncLifetime
{
    private static readonly TimeSpan s_learningLimit = TimeSpan.FromMinutes(3);
    private static readonly string[] s_services = ["proxy", "web", "db", "cache"];

    private BulwarkProcess? _bulwark;
    private ThreeTierApplication? _shop;
    private ThreeTierApplication? _other;

    public Host Host => stage.Host;

    public Outside Outside => stage.Outside;

    public BulwarkProcess Bulwark => _bulwark!;

    public ThreeTierApplication Shop => _shop!;

    /// <summary>The application of the other project.</summary>
    public ThreeTierApplication Other => _other!;

    public async ValueTask InitializeAsync()
    {
        try
        {
            await LearnAsync();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_other is not null)
            await _other.RemoveAsync();
        if (_shop is not null)
            await _shop.RemoveAsync();
        if (_bulwark is not null)
            await _bulwark.DisposeAsync();
    }

    private async Task LearnAsync()
    {
        _bulwark = await BulwarkProcess.StartAsync(Host, "shop");
        _shop = await ThreeTierApplication.StartAsync(Host, "shop", 8080);
        _other = await ThreeTierApplication.StartAsync(Host, "blog", 8090);
        await using var visitors = Visitors.Of(Shop);
        await using var readers = Visitors.Of(Other);
        foreach (var service in s_services)
        {
            await Bulwark.WaitForModeAsync(Shop.Workload(service), Mode.Protect, s_learningLimit);
            await Bulwark.WaitForModeAsync(Other.Workload(service), Mode.Protect, s_learningLimit);
        }
    }
}
