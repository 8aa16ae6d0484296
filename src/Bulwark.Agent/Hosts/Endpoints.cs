using Bulwark.Kernel;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Layout;
using Bulwark.Model;
using Microsoft.Extensions.Logging;

namespace Bulwark.Agent.Hosts;

/// <summary>The interfaces that the kernel programs sit on, and whose they are. Belongs to the host loop.</summary>
internal sealed partial class Endpoints(KernelPrograms kernel, TcHooks hooks, ILogger log)
{
    private readonly HashSet<uint> _attached = [];

    public IReadOnlyCollection<uint> Attached => _attached;

    public bool IsWatched(uint @interface) => _attached.Contains(@interface);

    /// <summary>
    /// Puts today's programs where an earlier agent had put its own. The containers behind keep what they have until they are told of.
    /// </summary>
    public void Adopt()
    {
        foreach (var @interface in kernel.Endpoints.Keys())
        {
            if (!TryAttach(@interface))
                kernel.Endpoints.Remove(@interface);
        }
    }

    /// <summary>The number of the container that was behind the interface, 0 if none.</summary>
    public uint OwnerOf(uint @interface) => kernel.Endpoints.TryGet(@interface, out var endpoint) ? endpoint.Container : 0;

    /// <summary>The workload of the container behind the interface, <see cref="Identity.Any"/> if it is not known.</summary>
    public Identity WorkloadOf(uint @interface) => kernel.Endpoints.TryGet(@interface, out var endpoint) ? new(endpoint.Workload) : Identity.Any;

    /// <summary>Lets nothing pass until it is known whose the interface is.</summary>
    public void Hold(uint @interface)
    {
        kernel.Endpoints.Set(@interface, new() { Flags = Endpoint.Held });
        if (!TryAttach(@interface))
            kernel.Endpoints.Remove(@interface);
    }

    /// <summary>The interface is the container's; false if it is gone.</summary>
    public bool Claim(uint @interface, WatchedContainer container)
    {
        // Before the programs, which let nothing pass on an interface without an owner.
        kernel.Endpoints.Set(@interface, new()
        {
            Netns = container.Namespace,
            Workload = container.Workload.Value,
            Container = container.Number,
        });
        if (_attached.Contains(@interface) || TryAttach(@interface))
        {
            if (container.Interfaces.Add(@interface))
                LogClaimed(@interface, container.Container.Name);
            return true;
        }
        kernel.Endpoints.Remove(@interface);
        return false;
    }

    /// <summary>Nobody of ours is behind the interface: it is left alone.</summary>
    public void Release(uint @interface)
    {
        // The programs first: without an owner they let nothing pass.
        TcHooks.Detach(@interface);
        Forget(@interface);
    }

    /// <summary>The interface is gone.</summary>
    public void Forget(uint @interface)
    {
        kernel.Endpoints.Remove(@interface);
        _attached.Remove(@interface);
    }

    /// <summary>Whether something took the programs off the interface that they were put on, or put another before them.</summary>
    public bool IsDisturbed(uint @interface) => _attached.Contains(@interface) && !hooks.AreInPlace(@interface);

    /// <summary>Puts the programs back; false if the interface is gone.</summary>
    /// <exception cref="KernelException">The kernel refuses: the interface stays on the list.</exception>
    public bool Restore(uint @interface)
    {
        try
        {
            hooks.Attach(@interface);
            return true;
        }
        catch (KernelException e) when (e.IsGone)
        {
            Forget(@interface);
            return false;
        }
    }

    private bool TryAttach(uint @interface)
    {
        try
        {
            hooks.Attach(@interface);
            _attached.Add(@interface);
            return true;
        }
        catch (KernelException e)
        {
            if (!e.IsGone)
                LogNotAttached(e, @interface);
            _attached.Remove(@interface);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Interface {Interface} is watched: {Container}")]
    private partial void LogClaimed(uint @interface, string container);

    [LoggerMessage(2, LogLevel.Error, "Interface {Interface} cannot be watched.")]
    private partial void LogNotAttached(Exception e, uint @interface);
}
