using System.Globalization;
using Bulwark.Runtimes.Docker.Authorization;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Authorization;

/// <summary>Reads what Docker asks: what needs no judgement, what cannot be judged, and what the server has to judge.</summary>
internal static class QuestionReader
{
    private const string Withheld =
        "Docker did not show its body, so that nobody can judge it (it does not show bodies of 1 MiB and more, nor those that are not said to be application/json)";

    // moby reads parameters from such a body too, and never shows it.
    private static readonly string[] s_forms = ["application/x-www-form-urlencoded", "multipart/form-data"];

    /// <param name="daemon">The address of the daemon that asks; empty for the one that the server knows.</param>
    public static PluginStep Read(PluginQuestion question, string daemon)
    {
        try
        {
            var call = DockerCall.Read(question.RequestMethod ?? "", question.RequestUri ?? "");
            return Check(call, question) ?? ToAsk(call, question, daemon);
        }
        catch (UnreadableCallException e)
        {
            return PluginStep.Refuse(e.Message);
        }
    }

    private static PluginStep? Check(DockerCall call, PluginQuestion question)
    {
        var isWrite = question.RequestMethod is "POST" or "PUT";
        var body = question.RequestBody ?? [];
        if (isWrite && call.Body != DockerBody.Opaque && body.Length == 0 && (call.Body == DockerBody.Required || LengthOf(question) != 0))
            return PluginStep.Refuse(Withheld);
        return call.Act != DockerAct.None && s_forms.Any(form => Header(question, "Content-Type").StartsWith(form, StringComparison.OrdinalIgnoreCase))
            ? PluginStep.Refuse("a form can hide what it asks for")
            : null;
    }

    private static PluginStep ToAsk(DockerCall call, PluginQuestion question, string daemon)
    {
        var request = new AuthorizeRequest
        {
            Act = call.Act,
            Daemon = daemon,
            User = question.User ?? "",
            Subject = call.Subject,
            Name = call.Parameter("name"),
        };
        ReadOnlyMemory<byte> body = question.RequestBody ?? [];
        switch (call.Act)
        {
            case DockerAct.None:
                return PluginStep.Allow;
            case DockerAct.Create:
                return PluginStep.Ask(request with { Demands = DemandReader.OfCreate(body) });
            case DockerAct.Exec:
                return PluginStep.Ask(request with { Demands = Of(DemandReader.IsPrivilegedExec(body) ? "exec-privileged" : "exec") });
            case DockerAct.Build:
                return OfBuild(request, call.Parameter("networkmode"));
            case DockerAct.Volume:
                var volume = DemandReader.OfVolume(body);
                return volume.Paths.IsEmpty && volume.Privileges.IsEmpty ? PluginStep.Allow : PluginStep.Ask(request with { Demands = volume });
            case DockerAct.Service:
                var (name, service) = DemandReader.OfService(body);
                return PluginStep.Ask(request with { Name = name, Demands = service });
            case DockerAct.Plugin:
                return PluginStep.Ask(request with { Demands = Of("plugin") });
            case DockerAct.Swarm:
                return PluginStep.Ask(request with { Demands = Of("swarm") });
            default:
                return PluginStep.Ask(request);
        }
    }

    // What a build runs has no more power than that.
    private static PluginStep OfBuild(AuthorizeRequest request, string network)
    {
        if (network == "host")
            return PluginStep.Ask(request with { Demands = Of("host-network") });
        return network.StartsWith("container:", StringComparison.Ordinal)
            ? PluginStep.Ask(request with { Demands = new() { Joins = [new(network["container:".Length..], "join-network")] } })
            : PluginStep.Allow;
    }

    private static ContainerDemands Of(string privilege) => new() { Privileges = [privilege] };

    // A length that cannot be read is one.
    private static long LengthOf(PluginQuestion question) => Header(question, "Content-Length") is { Length: > 0 } text
        ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : long.MaxValue
        : 0;

    private static string Header(PluginQuestion question, string name) =>
        question.RequestHeaders?.FirstOrDefault(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase)).Value ?? "";
}
