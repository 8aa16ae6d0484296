using System.Globalization;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>Whether this process has the capabilities (capabilities(7)) that <c>bulwark up</c> needs.</summary>
internal static class PrivilegesCheck
{
    private const string Name = "privileges";

    private static readonly (string Capability, int Bit)[] s_needed =
        [("CAP_NET_ADMIN", 12), ("CAP_SYS_ADMIN", 21), ("CAP_PERFMON", 38), ("CAP_BPF", 39)];

    public static Check Of(Machine machine)
    {
        var status = machine.Read("proc/self/status");
        var who = Field(status, "Uid:") is [_, "0", ..] ? "root" : "not root";
        if (!ulong.TryParse(Field(status, "CapEff:")[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var effective))
            return Check.Warning(Name, "what this process may do is not known", "The checks below may be wrong", "Run it as root: sudo bulwark doctor");
        var missing = s_needed.Where(needed => (effective >> needed.Bit & 1) == 0).Select(needed => needed.Capability).ToList();
        return missing.Count == 0
            ? Check.Ok(Name, $"{who}, with every capability that is needed")
            : Check.Missing(Name, $"{who}, without {string.Join(", ", missing)}",
                "Kernel programs cannot be loaded or attached", "Run it as root: sudo bulwark doctor");
    }

    private static string[] Field(string status, string name) =>
        status.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..]
            .Split('\t', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } values ? values : [""];
}
