namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>Whether systemd can start Bulwark at boot, before Docker.</summary>
internal static class SystemdCheck
{
    private const string Name = "systemd";
    private const string Unit = "bulwark.service";
    private const string Cost = "After a boot nothing is watched or protected until someone starts Bulwark";

    // systemd.unit(5), the load path of the system manager.
    private static readonly string[] s_places =
        ["etc/systemd/system", "run/systemd/system", "usr/local/lib/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"];

    public static Check Of(Machine machine)
    {
        // sd_booted(3)
        if (!machine.HasDirectory("run/systemd/system"))
            return Check.Warning(Name, "systemd does not run here", Cost, "Start it by hand: bulwark up");
        return s_places.Any(place => machine.HasFile(Path.Join(place, Unit)))
            ? Check.Ok(Name, $"runs, and knows {Unit}")
            : Check.Warning(Name, $"runs, but does not know {Unit}", Cost, "./setup installs the service");
    }
}
