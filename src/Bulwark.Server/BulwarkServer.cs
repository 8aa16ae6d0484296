using System.Threading.Channels;
using Bulwark.Model.Observations;
using Bulwark.Model.Workloads;
using Bulwark.Server.Authorization;
using Bulwark.Server.Configuration;
using Bulwark.Server.Engine;
using Bulwark.Server.Images;
using Bulwark.Server.Store;
using Microsoft.Extensions.Logging;

namespace Bulwark.Server;

/// <summary>
/// The server: store, engine and API. Order of use: make it (opens the database), make the agent with <see cref="Directory"/> and
/// <see cref="TryPost"/>, <see cref="Attach"/> the agent, <see cref="RunAsync"/>.
/// </summary>
public sealed class BulwarkServer : IAsyncDisposable
{
    private readonly ServerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly Database _database;
    private readonly StateWriter _state;
    private readonly Channel<Observation> _observations;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _dropped;
    private IAgent? _agent;
    private IDockerFacts? _facts;
    private IImageScanner? _scanner;

    /// <exception cref="StoreException">The database cannot be used.</exception>
    public BulwarkServer(ServerOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _time = time;
        _loggers = loggers;
        _database = Database.Open(options.DataDirectory);
        try
        {
            _state = new(_database, options, time.GetUtcNow());
        }
        catch
        {
            _database.Dispose();
            throw;
        }
        // Wait: TryWrite then says whether there was room, so that drops can be counted.
        _observations = Channel.CreateBounded<Observation>(new BoundedChannelOptions(options.Queue)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
        });
    }

    public BulwarkServer(ServerOptions options, IAgent agent, TimeProvider time, ILoggerFactory loggers)
        : this(options, time, loggers) => Attach(agent);

    /// <summary>Every workload with its identity; for any thread.</summary>
    public IWorkloadDirectory Directory => _state.Directory;

    /// <summary>What is known now; for any thread.</summary>
    public ServerState State => _state.Published;

    /// <summary>For producers that may wait, such as those of container events, which must not be dropped.</summary>
    public ChannelWriter<Observation> Observations => _observations.Writer;

    /// <summary>Ends when the kernel has every policy and the API answers.</summary>
    public Task Started => _started.Task;

    /// <summary>Hands an observation over without waiting; false, and counted as lost, if the queue is full.</summary>
    public bool TryPost(Observation observation)
    {
        if (_observations.Writer.TryWrite(observation))
            return true;
        Interlocked.Increment(ref _dropped);
        return false;
    }

    /// <summary>Gives the server its agent; before <see cref="RunAsync"/>.</summary>
    public void Attach(IAgent agent) => _agent = agent;

    /// <summary>Lets the server scan images, and judge what Docker is asked to do; before <see cref="RunAsync"/>.</summary>
    public void AttachDocker(IDockerFacts facts, IImageScanner? scanner) => (_facts, _scanner) = (facts, scanner);

    /// <summary>
    /// Brings the kernel to what is stored, then learns, protects and answers until cancelled or told to end by the API
    /// (<c>POST /v1/down</c>, which also detaches the agent).
    /// </summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var agent = _agent ?? throw new InvalidOperationException("The server has no agent: call Attach first.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var images = new ImageScans(_database, _state, _options, _scanner, _time, _loggers.CreateLogger<ImageScans>());
        var origins = new ExecutableOrigins(_database, images);
        var loop = new EngineLoop(_state, _observations, () => Interlocked.Exchange(ref _dropped, 0), agent, origins, _options, _time, _loggers);
        var authorizer = _facts is null ? null : new Authorizer(_state, loop, _database, images, _facts, agent, _options, _time);
        var down = false;
        try
        {
            await using var api = Api.ApiHost.Create(
                new(_state, loop, agent, _options, _time, _database, images, origins, authorizer, () => { down = true; stop.Cancel(); }), _options, _loggers);
            loop.Restore();
            var looping = loop.RunAsync(stop.Token);
            var beside = Task.WhenAll(
                images.RunAsync(stop.Token), authorizer is null ? Task.CompletedTask : new UnaskedStarts(authorizer, _loggers.CreateLogger<UnaskedStarts>()).RunAsync(stop.Token));
            try
            {
                await api.StartAsync(stop.Token).ConfigureAwait(false);
                _started.TrySetResult();
                await looping.ConfigureAwait(false);
            }
            finally
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await looping.ConfigureAwait(false);
                await beside.ConfigureAwait(false);
            }
            // While the API still answers: who waits for the end of the socket waits for this too.
            if (down)
                agent.Detach();
        }
        catch (Exception e)
        {
            _started.TrySetException(e);
            throw;
        }
        finally
        {
            _observations.Writer.TryComplete();
        }
    }

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }
}
