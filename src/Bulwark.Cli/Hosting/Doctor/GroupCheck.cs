using Bulwark.Server.Api;
using Bulwark.Server.Configuration;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>Whether the group that may use the API is there.</summary>
internal static class GroupCheck
{
    public static Check Of(Machine machine)
    {
        var name = new ServerOptions().Group;
        return SystemGroup.Find(name, machine.PathOf(SystemGroup.File)) is { } id
            ? Check.Ok("group", $"{name} ({id})")
            : Check.Warning("group", $"there is no group {name}", "Only root can ask the server", $"groupadd --system {name}");
    }
}
