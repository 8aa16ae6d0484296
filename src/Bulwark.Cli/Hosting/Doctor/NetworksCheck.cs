using Bulwark.Kernel;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>
/// Which kinds of Docker's networks the kernel can have. Bulwark watches each of these; one that the kernel lacks, Docker cannot make either.
/// </summary>
internal static class NetworksCheck
{
    private const string Name = "networks";

    // By the kinds of interface that they need.
    private static readonly (string Network, string[] Kinds)[] s_networks =
        [("bridge", ["bridge", "veth"]), ("macvlan", ["macvlan"]), ("ipvlan", ["ipvlan"]), ("overlay", ["vxlan", "bridge", "veth"])];

    public static Check Of(Machine machine)
    {
        IReadOnlyList<string> missing;
        try
        {
            missing = machine.MissingNetworkKinds([.. s_networks.SelectMany(network => network.Kinds).Distinct()]);
        }
        catch (KernelException e)
        {
            return Check.Warning(Name, $"not tried: {e.Message}", "Which kinds of networks Docker can make here is not known",
                "Run it as root: sudo bulwark doctor");
        }
        var (there, lacks) = (new List<string>(), new List<string>());
        foreach (var (network, kinds) in s_networks)
            (kinds.Any(missing.Contains) ? lacks : there).Add(network);
        if (there.Contains("overlay") && !HasBalancer(machine))
            lacks.Add("balancer for services of a swarm (IPVS)");
        return Check.Ok(Name, string.Join(", ", there) + string.Concat(lacks.Select(lack => $"; the kernel has no {lack}")));
    }

    // Loaded, built in, or a module that is loaded when Docker needs it.
    private static bool HasBalancer(Machine machine)
    {
        const string module = "/ip_vs.ko";
        var modules = Path.Join("lib/modules", machine.Read("proc/sys/kernel/osrelease").Trim());
        return machine.HasFile("proc/net/ip_vs")
            || machine.Read(Path.Join(modules, "modules.builtin")).Contains(module, StringComparison.Ordinal)
            || machine.Read(Path.Join(modules, "modules.dep")).Contains(module, StringComparison.Ordinal);
    }
}
