using System.Globalization;
using Bulwark.Model.Export;
using Bulwark.Server.Api.Contracts;
using Bulwark.Server.Engine;
using Bulwark.Server.Images;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bulwark.Server.Api;

/// <summary>The calls that change nothing, but for following events.</summary>
internal static class ReadEndpoints
{
    private const int UsualEvents = 100;
    private const int MostEvents = 10_000;

    public static void Map(IEndpointRouteBuilder routes, ApiContext api)
    {
        routes.MapGet("/v1/status", context => Responses.Write(context, Status(api), ApiJson.Default.StatusReport));
        routes.MapGet("/v1/workloads", context => Responses.Write(context,
            WorkloadReporter.All(api.State, api.Options.Learning, api.Now, api.Images), ApiJson.Default.ImmutableArrayWorkloadReport));
        routes.MapGet("/v1/map", context => Responses.Write(context, MapReporter.Map(api.State), ApiJson.Default.MapReport));
        routes.MapGet("/v1/zones", context => Responses.Write(context, MapReporter.Zones(api.State), ApiJson.Default.ImmutableArrayZoneReport));
        // Names have slashes; a client may escape them or not.
        routes.MapGet("/v1/profiles/{**workload}", context =>
        {
            var text = ((string)context.Request.RouteValues["workload"]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
            var state = api.State;
            var workload = WorkloadLookup.Find(state, text);
            return Responses.Write(context,
                WorkloadReporter.Profile(state, workload, api.Options.Learning, api.Now, api.Images, api.Origins), ApiJson.Default.ProfileReport);
        });
        routes.MapGet("/v1/events", context => Responses.Write(context,
            api.Events.Newest(RequestReader.Query(context, api.State, api.Now), RequestReader.Limit(context, UsualEvents, MostEvents)),
            ApiJson.Default.ImmutableArrayEventReport));
        routes.MapGet("/v1/events/{id}", context =>
        {
            var text = (string)context.Request.RouteValues["id"]!;
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                throw RequestReader.Bad($"\"{text}\" is no number of an event.", "bulwark events");
            var report = api.Events.Find(id) ?? throw EventReporter.Unknown(id);
            return Responses.Write(context, EventReporter.Explain(report, api.State), ApiJson.Default.ExplainReport);
        });
        routes.MapGet("/v1/export", context => Export(context, api.State));
    }

    private static StatusReport Status(ApiContext api)
    {
        var (state, agent) = (api.State, api.Agent.Status);
        return new(
            typeof(BulwarkServer).Assembly.GetName().Version?.ToString(3) ?? "", state.StartedAt, api.Options.Auto, state.ModeOfNew,
            agent with { Warnings = [.. agent.Warnings, .. state.Warnings, .. Warnings(api.Images)] }, state.Lost,
            WorkloadReporter.All(state, api.Options.Learning, api.Now, api.Images));
    }

    private static IEnumerable<string> Warnings(ImageScans images)
    {
        if (images.IsOn && !images.HasAdvisories)
            yield return $"There is no file of advisories ({images.Advisories}), so no scan of an image can tell of vulnerabilities: bulwark advisories update";
        if (images.ExceptionsProblem.Length > 0)
            yield return images.ExceptionsProblem;
    }

    private static Task Export(HttpContext context, ServerState state)
    {
        var workloads = state.Workloads.Values.OrderBy(w => w.Workload.Name, StringComparer.Ordinal)
            .Select(w => new ExportedWorkload(w.Workload, w.Profile)).ToList();
        var yaml = RequestReader.Value(context, "format") switch
        {
            null or "networkpolicy" => NetworkPolicyWriter.Write(workloads),
            "ciliumnetworkpolicy" => CiliumNetworkPolicyWriter.Write(workloads),
            var other => throw RequestReader.Bad($"format is \"{other}\", but must be networkpolicy or ciliumnetworkpolicy."),
        };
        context.Response.ContentType = "text/yaml; charset=utf-8";
        return context.Response.WriteAsync(yaml, context.RequestAborted);
    }
}
