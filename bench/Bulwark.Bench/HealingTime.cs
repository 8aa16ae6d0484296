using System.Diagnostics;
using Bulwark.Agent.Hosts;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Native;
using Bulwark.Kernel.Netlink;
using Bulwark.Model.Workloads;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bulwark.Bench;

/// <summary>How long an interface is without programs when somebody takes them off.</summary>
internal static unsafe class HealingTime
{
    private const int Times = 50;

    public static void Measure(Stage stage, Results results)
    {
        var endpoints = new Endpoints(stage.Kernel, new(stage.Kernel, stage.Pins, useTcx: false), NullLogger.Instance);
        endpoints.Claim(new WatchPoint.HostEnd(stage.ClientVeth), new(new Container("client", "client"), Stage.Client, 1));
        var hooks = PacketHooks.OfHostEnds(stage.Kernel, stage.Pins, useTcx: false);
        var keeper = new ProgramKeeper(endpoints, null, new(), (_, _) => ValueTask.CompletedTask, TimeProvider.System, NullLogger.Instance);
        using var monitor = new NetlinkMonitor();
        using var stop = new CancellationTokenSource();
        var loop = new Thread(() => monitor.Run(change =>
        {
            if (change is FiltersChanged filters)
                keeper.LookAtAsync(filters.Interface, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }, stop.Token));
        loop.Start();
        var taken = new List<double>();
        for (var i = 0; i < Times; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var hook = new LibBpf.TcHook
            {
                Size = LibBpf.SizeOf<LibBpf.TcHook>(),
                Interface = (int)stage.ClientVeth,
                AttachPoint = LibBpf.TcAttachPoint.Ingress | LibBpf.TcAttachPoint.Egress,
            };
            if (LibBpf.DestroyTcHook(&hook) != 0)
                throw new InvalidOperationException("clsact cannot be removed");
            while (!hooks.AreInPlace(stage.ClientVeth))
            {
            }
            taken.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Thread.Sleep(20);
        }
        stop.Cancel();
        loop.Join();
        endpoints.Release(stage.ClientVeth);
        results.AddHealing(Times, Spread.Of(taken));
    }
}
