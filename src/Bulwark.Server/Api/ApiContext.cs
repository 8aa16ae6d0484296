using Bulwark.Model.Observations;
using Bulwark.Server.Authorization;
using Bulwark.Server.Configuration;
using Bulwark.Server.Engine;
using Bulwark.Server.Images;

namespace Bulwark.Server.Api;

/// <summary>What the endpoints work with.</summary>
internal sealed class ApiContext(
    StateWriter state, EngineLoop loop, IAgent agent, ServerOptions options, TimeProvider time, Store.Database database, ImageScans images,
    ExecutableOrigins origins, Authorizer? authorizer, Action down)
{
    public ServerState State => state.Published;

    public EventLog Events => state.Events;

    public EngineLoop Loop => loop;

    public ProfileChanger Changer => loop.Changer;

    public IAgent Agent => agent;

    public ServerOptions Options => options;

    public TimeProvider Time => time;

    public Store.Database Database => database;

    public ImageScans Images => images;

    public ExecutableOrigins Origins => origins;

    /// <summary>Null if this server knows no Docker daemon.</summary>
    public Authorizer? Authorizer => authorizer;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Ends the server and detaches the agent.</summary>
    public void Down() => down();
}
