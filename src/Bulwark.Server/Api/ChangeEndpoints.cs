using System.Collections.Immutable;
using Bulwark.Model;
using Bulwark.Model.Learning;
using Bulwark.Model.Privileges;
using Bulwark.Model.Profiles;
using Bulwark.Model.Simulation;
using Bulwark.Runtimes.Docker;
using Bulwark.Server.Api.Contracts;
using Bulwark.Server.Engine;
using Bulwark.Server.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bulwark.Server.Api;

/// <summary>The calls that change something, or ask what a change would do.</summary>
internal static class ChangeEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, ApiContext api)
    {
        routes.MapPost("/v1/allow", context => Allow(context, api));
        routes.MapPost("/v1/forget", context => Forget(context, api));
        routes.MapPost("/v1/mode", context => SetMode(context, api));
        routes.MapPost("/v1/authorize", context => Authorize(context, api));
        routes.MapPost("/v1/simulate", context => Simulate(context, api));
        routes.MapPost("/v1/down", context =>
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            context.Response.OnCompleted(() =>
            {
                api.Down();
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        });
    }

    private static async Task Allow(HttpContext context, ApiContext api)
    {
        var request = await RequestReader.Body(context, ApiJson.Default.AllowRequest).ConfigureAwait(false);
        var report = await api.Loop.Run(() =>
        {
            if (request.Privileges is { IsDefaultOrEmpty: false })
            {
                var (named, privileges) = RequestReader.AllowPrivileges(request, api.State);
                return Reports(named, api.Changer.AllowPrivileges(named.Workload.Identity, privileges, api.Now), []);
            }
            var (workload, key, executable) = RequestReader.Allow(request, api.State, api.Events);
            return Reports(api.Changer.Allow(workload.Workload.Identity, key, executable, api.Now));
        }, context.RequestAborted).ConfigureAwait(false);
        await Responses.Write(context, report, ApiJson.Default.ImmutableArrayProfileChangeReport).ConfigureAwait(false);
    }

    private static async Task Forget(HttpContext context, ApiContext api)
    {
        var request = await RequestReader.Body(context, ApiJson.Default.ForgetRequest).ConfigureAwait(false);
        var report = await api.Loop.Run(() =>
        {
            if (request.Privileges is { IsDefaultOrEmpty: false })
            {
                var (named, privileges) = RequestReader.ForgetPrivileges(request, api.State);
                return Reports(named, [], api.Changer.ForgetPrivileges(named.Workload.Identity, privileges, api.Now));
            }
            var (workload, which) = RequestReader.Forget(request, api.State);
            return Reports(api.Changer.Forget(workload.Workload.Identity, which, request.Everything, api.Now));
        }, context.RequestAborted).ConfigureAwait(false);
        await Responses.Write(context, report, ApiJson.Default.ImmutableArrayProfileChangeReport).ConfigureAwait(false);
    }

    private static async Task Authorize(HttpContext context, ApiContext api)
    {
        var request = await RequestReader.Body(context, ApiJson.Default.AuthorizeRequest).ConfigureAwait(false);
        if (api.Authorizer is not { } authorizer)
            throw new RequestException(409, "Not asked", "This server knows no Docker daemon, so it cannot judge what one does.");
        try
        {
            var report = await authorizer.JudgeAsync(request, context.RequestAborted).ConfigureAwait(false);
            await Responses.Write(context, report, ApiJson.Default.AuthorizeReport).ConfigureAwait(false);
        }
        catch (DockerException e)
        {
            throw new RequestException(503, "Docker does not answer", e.Message, "bulwark status");
        }
    }

    private static async Task SetMode(HttpContext context, ApiContext api)
    {
        var request = await RequestReader.Body(context, ApiJson.Default.ModeRequest).ConfigureAwait(false);
        if (request.All == request.Workload is not null)
            throw RequestReader.Bad("A workload or all is needed, and only one of them.");
        if (request.Auto == request.Mode is not null)
            throw RequestReader.Bad("A mode or auto is needed, and only one of them.");
        var changed = await api.Loop.Run(() => request.All
            ? api.Changer.SetModeOfAll(request.Mode, api.Now)
            : SetModeOf(request.Workload!, request.Mode, api), context.RequestAborted).ConfigureAwait(false);
        var now = api.State;
        await Responses.Write(context,
            WorkloadReporter.Some(now, changed.Select(id => now.Workloads[id]), api.Options.Learning, api.Now, api.Images),
            ApiJson.Default.ImmutableArrayWorkloadReport).ConfigureAwait(false);
    }

    private static ImmutableArray<Identity> SetModeOf(string workload, Mode? mode, ApiContext api)
    {
        var identity = WorkloadLookup.Find(api.State, workload).Workload.Identity;
        return api.Changer.SetMode(identity, mode, api.Now) ? [identity] : [];
    }

    private static async Task Simulate(HttpContext context, ApiContext api)
    {
        var request = await RequestReader.Body(context, ApiJson.Default.SimulateRequest).ConfigureAwait(false);
        var now = api.Now;
        var (since, until) = (request.Since ?? now.AddDays(-1), request.Until ?? now);
        if (since >= until)
            throw RequestReader.Bad("since must be before until.");
        // The empty command sees to it that everything observed so far is stored.
        var state = await api.Loop.Run(() => api.State, context.RequestAborted).ConfigureAwait(false);
        var only = request.Workload is null ? null : WorkloadLookup.Find(state, request.Workload);
        var profiles = Proposed(request, state, api, now);
        var names = state.Workloads.ToDictionary(w => w.Key, w => w.Value.Workload.Name);
        var activity = api.Database.Read(c => ActivityTable.Load(c, ActivityTable.Bucket(since), until, only?.Workload.Identity))
            .Where(a => names.ContainsKey(a.Key.Workload))
            .Select(a => new Activity(names[a.Key.Workload], a.Key.Conversation, a.Key.Bucket, a.Connections));
        var result = Simulator.Run(activity, profiles);
        var report = new SimulateReport(since, until, result.Conversations, result.Connections, result.BlockedConnections,
        [
            .. result.Blocked.Select(b => new SimulatedBlockReport(
                b.Workload, b.Key.Direction, b.Key.Peer.ToString(), b.Key.Port.ToString(), b.Connections, b.FirstSeen, b.LastSeen, b.Reason)),
        ]);
        await Responses.Write(context, report, ApiJson.Default.SimulateReport).ConfigureAwait(false);
    }

    private static Dictionary<string, Profile> Proposed(SimulateRequest request, ServerState state, ApiContext api, DateTimeOffset now)
    {
        var profiles = state.Workloads.Values.ToDictionary(w => w.Workload.Name, w => w.Profile, StringComparer.Ordinal);
        foreach (var forget in RequestReader.OrEmpty(request.Forget))
        {
            var (workload, which) = RequestReader.Forget(forget, state);
            var before = profiles[workload.Workload.Name];
            profiles[workload.Workload.Name] = Learner.Forget(before, which);
            foreach (var entry in before.Entries.Values.Where(e => !forget.Everything && e.IsAllowed && which(e)))
                ChangeOtherEnd(workload, entry.Key, (profile, key) => Learner.Forget(profile, e => e.IsAllowed && e.Key == key));
        }
        foreach (var allow in RequestReader.OrEmpty(request.Allow))
        {
            var (workload, key, executable) = RequestReader.Allow(allow, state, api.Events);
            profiles[workload.Workload.Name] = Learner.Allow(profiles[workload.Workload.Name], key, now, executable);
            ChangeOtherEnd(workload, key, (profile, other) => Learner.Allow(profile, other, now));
        }
        return profiles;

        // Whatever its mode is: a simulation judges as if all were in protect.
        void ChangeOtherEnd(WorkloadState workload, ProfileKey key, Func<Profile, ProfileKey, Profile> change)
        {
            if (BothEnds.Other(state, workload.Workload, key) is var (other, otherKey))
                profiles[other.Workload.Name] = change(profiles[other.Workload.Name], otherKey);
        }
    }

    private static ImmutableArray<ProfileChangeReport> Reports(ImmutableArray<ProfileChange> changes) =>
        [.. changes.Select(c => new ProfileChangeReport(c.Workload.Name, Texts(c.Added), Texts(c.Removed), c.Why))];

    private static ImmutableArray<ProfileChangeReport> Reports(WorkloadState workload, ImmutableArray<Privilege> added, ImmutableArray<Privilege> removed) =>
        [new(workload.Workload.Name, [.. added.Select(p => p.ToString())], [.. removed.Select(p => p.ToString())], "")];

    private static ImmutableArray<string> Texts(ImmutableArray<ProfileKey> keys) => [.. keys.Select(k => k.ToString())];
}
