using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Bulwark.Model;
using Bulwark.Model.Learning;
using Bulwark.Model.Observations;
using Bulwark.Model.Workloads;
using Bulwark.Server.Authorization;
using Bulwark.Server.Configuration;
using Bulwark.Server.Engine;
using Bulwark.Server.Images;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bulwark.Server.Tests.Harness;

/// <summary>A server that runs, with an agent and a clock that the test moves.</summary>
public sealed class RunningServer : IAsyncDisposable
{
    public static readonly ServerPort Postgres = new(Transport.Tcp, 5432);
    public static readonly ServerPort Https = new(Transport.Tcp, 443);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly LearningThresholds _learning;

    private RunningServer(BulwarkServer server, FakeAgent agent, FakeTimeProvider time, ServerOptions options)
    {
        Server = server;
        Agent = agent;
        Time = time;
        _learning = options.Learning;
        _running = Task.Run(() => server.RunAsync(_stop.Token));
        Http = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(options.Socket), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new("http://bulwark/") };
    }

    public BulwarkServer Server { get; }

    public FakeAgent Agent { get; }

    public FakeTimeProvider Time { get; }

    public HttpClient Http { get; }

    public Task Running => _running;

    public static ServerOptions Options(TemporaryDirectory directory) => new()
    {
        DataDirectory = directory["data"],
        Socket = directory["run/bulwark.sock"],
        Group = "no-such-group",
        Images = new() { Advisories = directory["advisories"], Exceptions = directory["exceptions"] },
        Learning = new()
        {
            Interval = TimeSpan.FromSeconds(1),
            MinimumTime = TimeSpan.FromSeconds(30),
            MinimumIntervals = 5,
            MinimumSightings = 20,
            MaximumUnseen = 0.3,
            AuditTime = TimeSpan.FromSeconds(30),
        },
    };

    public static async Task<RunningServer> Start(
        TemporaryDirectory directory, FakeAgent? agent = null, FakeTimeProvider? time = null, Func<ServerOptions, ServerOptions>? change = null,
        IDockerFacts? docker = null, IImageScanner? scanner = null)
    {
        var options = (change ?? (o => o))(Options(directory));
        time ??= new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
        agent ??= new();
        var server = new BulwarkServer(options, time, NullLoggerFactory.Instance);
        server.Attach(agent);
        if (docker is not null)
            server.AttachDocker(docker, scanner);
        var running = new RunningServer(server, agent, time, options);
        try
        {
            await server.Started.WaitAsync(Patience);
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
        return running;
    }

    /// <summary>A container of a compose service runs; returns its workload.</summary>
    public Workload Container(string project, string service, string? id = null, string image = "", ContainerRoot? root = null, params string[] mounts)
    {
        var container = new Container(id ?? $"{project}{service}0123456789", $"{project}-{service}-1")
        {
            Image = service + ":1",
            ImageDigest = image,
            Mounts = [.. mounts],
            Root = root,
            IsRunning = true,
            Labels = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty
                .Add("com.docker.compose.project", project).Add("com.docker.compose.service", service),
            Networks = [new("front", "n1", [IPAddress.Parse("172.18.0.2")], "")],
        };
        var workload = Server.Directory.GetOrAdd(container);
        Assert.True(Server.TryPost(new ContainerSeen(Time.GetUtcNow(), container, workload.Identity)));
        return workload;
    }

    public void Converse(Workload client, Workload server, ServerPort port, string executable = "/usr/bin/app")
    {
        var (now, address) = (Time.GetUtcNow(), IPAddress.Parse("172.18.0.3"));
        Server.TryPost(new ConversationSeen(now, client.Identity, Direction.Out, server.Identity, address, port, 1, executable, ""));
        Server.TryPost(new ConversationSeen(now, server.Identity, Direction.In, client.Identity, address, port, 1, "/usr/bin/server", ""));
    }

    public void ConverseOut(Workload client, string address, ServerPort port) => Server.TryPost(new ConversationSeen(
        Time.GetUtcNow(), client.Identity, Direction.Out, Identity.World, IPAddress.Parse(address), port, 1, "/usr/bin/app", ""));

    public void Attempt(Workload workload, Identity peer, string address, ServerPort port, Verdict verdict) => Server.TryPost(new AttemptJudged(
        Time.GetUtcNow(), verdict, VerdictReason.NotInProfile, workload.Identity, "", Direction.Out, peer, IPAddress.Parse(address), port,
        40000, "/usr/bin/curl", 4711, 3));

    public Task<WorkloadState> Until(Workload workload, Func<WorkloadState, bool> condition) =>
        Until(s => s.Workloads.TryGetValue(workload.Identity, out var w) && condition(w) ? w : null);

    /// <summary>Waits in real time for what the loop makes of what was posted.</summary>
    public async Task<T> Until<T>(Func<ServerState, T?> find) where T : class
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (find(Server.State) is { } found)
                return found;
            Assert.False(_running.IsFaulted, _running.Exception?.ToString());
            Assert.False(patience.IsCancellationRequested, "The state never came.");
            await Task.Delay(5, CancellationToken.None);
        }
    }

    /// <summary>Moves the clock second by second, doing something in each, until the workload is in a mode.</summary>
    public async Task RunUntil(Workload workload, Mode mode, Action eachSecond)
    {
        using var patience = new CancellationTokenSource(Patience);
        for (var second = 0; second < 600; second++)
        {
            eachSecond();
            if (Server.State.Workloads.TryGetValue(workload.Identity, out var state) && state.Profile.Mode == mode)
                return;
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, CancellationToken.None);
            Assert.False(patience.IsCancellationRequested, $"The workload never came to {mode}.");
        }
        var last = Server.State.Workloads[workload.Identity].Profile;
        Assert.Fail($"{last.Mode}: {string.Join("; ", Learner.Assess(last, _learning, Time.GetUtcNow()).WaitsFor)}");
    }

    /// <summary>What the API answers; it must be a success.</summary>
    public async Task<JsonElement> Get(string path)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative));
        return await Read(response);
    }

    public async Task<JsonElement> Post(string path, string json)
    {
        using var content = new StringContent(json);
        using var response = await Http.PostAsync(new Uri(path, UriKind.Relative), content);
        return await Read(response);
    }

    /// <summary>The problem that the API answers with.</summary>
    public async Task<JsonElement> Problem(int status, string path, string? json = null)
    {
        using var content = json is null ? null : new StringContent(json);
        using var response = content is null
            ? await Http.GetAsync(new Uri(path, UriKind.Relative))
            : await Http.PostAsync(new Uri(path, UriKind.Relative), content);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{response.StatusCode}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
        var problem = JsonDocument.Parse(body).RootElement;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        return problem;
    }

    /// <summary>Waits for an event of a kind.</summary>
    public async Task<JsonElement> UntilEvent(string kind)
    {
        var found = await Until(_ => Get("/v1/events").GetAwaiter().GetResult().EnumerateArray()
            .Where(e => e.GetProperty("kind").GetString() == kind).Select(e => (object)e).FirstOrDefault());
        return (JsonElement)found;
    }

    private static async Task<JsonElement> Read(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {body}");
        return JsonDocument.Parse(body).RootElement;
    }

    /// <summary>Ends the server as a signal would; clients stay.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (Exception) when (_running.IsFaulted)
        {
            // The test that expects it looks at it itself.
        }
        await Server.DisposeAsync();
        _stop.Dispose();
    }
}
