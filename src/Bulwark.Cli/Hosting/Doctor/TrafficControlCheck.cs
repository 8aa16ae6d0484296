namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>Whether kernel programs can be attached to the interfaces of containers.</summary>
internal static class TrafficControlCheck
{
    private const string Name = "traffic-control";

    public static Check Of(Machine machine)
    {
        var trial = machine.TryTrafficControl();
        return trial.Works switch
        {
            true => Check.Ok(Name, "clsact and bpf classifiers are there" + (machine.HasTcx() ? ", and tcx, which is used" : "; tcx (Linux 6.6) is not")),
            null => Check.Warning(Name, $"not tried: {trial.Why}", "Whether containers' interfaces can be watched is not known",
                "Run it as root: sudo bulwark doctor"),
            false => Check.Missing(Name, trial.Why, "The interfaces of containers cannot be watched or protected",
                "Use a kernel with CONFIG_NET_SCH_INGRESS and CONFIG_NET_CLS_BPF, or load the modules: modprobe -a sch_ingress cls_bpf"),
        };
    }
}
