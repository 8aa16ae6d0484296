using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Attachment;

/// <summary>
/// Puts the packet programs on interfaces by tcx links (Linux 6.6): cheaper for each packet than filters, before which they come, and nobody
/// but who holds the link takes them off. The links are pinned and outlive this process. Interfaces are those of the calling thread's network
/// namespace.
/// </summary>
internal sealed unsafe class TcxHooks
{
    private static readonly Lazy<bool> s_isThere = new(() => ProgramsOn(1, LibBpf.TcxIngress) is not null);

    private readonly KernelPrograms _programs;
    private readonly string _pinRoot;
    private readonly uint _kind;
    private readonly Side[] _sides;

    /// <param name="kind">A bit of <see cref="Place"/>, so that pins of interfaces with one number are told apart; 0 for the host's.</param>
    /// <param name="sends">The program for what the container sends, and where it is attached.</param>
    private TcxHooks(KernelPrograms programs, string pinRoot, uint kind, (string Program, uint Point) sends, (string Program, uint Point) receives)
    {
        (_programs, _pinRoot, _kind) = (programs, pinRoot, kind);
        // A container that receives may answer: what it sends is watched first.
        _sides = [Of(sends), Of(receives)];

        Side Of((string Program, uint Point) side) => new(side.Program, side.Point, KernelObject.IdOfProgram(programs.Program(side.Program)));
    }

    /// <summary>Whether the kernel has tcx.</summary>
    public static bool IsThere => s_isThere.Value;

    /// <summary>For the host's end of a container's veth.</summary>
    public static TcxHooks OfHostEnds(KernelPrograms programs, string pinRoot) =>
        new(programs, pinRoot, 0, ("from_container", LibBpf.TcxIngress), ("to_container", LibBpf.TcxEgress));

    /// <summary>For an interface inside a container's network namespace.</summary>
    public static TcxHooks OfInside(KernelPrograms programs, string pinRoot) =>
        new(programs, pinRoot, Place.Inside, ("device_sends", LibBpf.TcxEgress), ("device_receives", LibBpf.TcxIngress));

    /// <summary>
    /// Puts today's programs in the place of older ones, in one step for the kernel. False if they are not there, or not the first.
    /// </summary>
    public bool TryReplace(uint @interface)
    {
        foreach (var side in _sides)
            PinnedLink.TryReplace(_programs, side.Program, Pin(@interface, side));
        return AreInPlace(@interface);
    }

    /// <summary>Puts both programs on the interface, before all others. For a moment they are not there, if they were.</summary>
    /// <exception cref="KernelException">The interface is gone (ENODEV), or the kernel refuses.</exception>
    public void Attach(uint @interface)
    {
        foreach (var side in _sides)
        {
            PinnedLink.Detach(Pin(@interface, side));
            PinnedLink.AttachToInterface(_programs, side.Program, @interface, side.Point, Pin(@interface, side));
        }
    }

    /// <summary>Whether both programs are on the interface and the first to see its packets.</summary>
    public bool AreInPlace(uint @interface) =>
        _sides.All(side => ProgramsOn(@interface, side.Point) is [var first, ..] && first == side.ProgramId);

    /// <summary>Whether both programs are on the interface, and no other by tcx.</summary>
    public bool AreAlone(uint @interface) =>
        _sides.All(side => ProgramsOn(@interface, side.Point) is [var only] && only == side.ProgramId);

    /// <summary>Whether any program of ours, also of an earlier process, is on the interface.</summary>
    public bool IsAnyAttached(uint @interface) => _sides.Any(side => File.Exists(Pin(@interface, side)));

    /// <summary>Takes the programs off, also those of an earlier process, if they and the interface are there.</summary>
    public void Detach(uint @interface)
    {
        foreach (var side in _sides)
            PinnedLink.Detach(Pin(@interface, side));
    }

    /// <summary>Takes off what is pinned for interfaces that are none of these.</summary>
    public static void Sweep(string pinRoot, IReadOnlyCollection<uint> places)
    {
        foreach (var pin in LinkPin.In(pinRoot).Where(pin => pin.Kind == LinkPin.Interface && !places.Contains(pin.Place)))
            PinnedLink.Detach(pin.Path);
    }

    private string Pin(uint @interface, Side side) => LinkPin.PathOf(_pinRoot, LinkPin.Interface, _kind | @interface, side.Program);

    // The numbers of the programs, in the order in which they see packets; null without tcx, or without the interface.
    private static uint[]? ProgramsOn(uint @interface, uint point)
    {
        const int AtMost = 64; // BPF_MPROG_MAX
        var programs = stackalloc uint[AtMost];
        uint flags, count = AtMost;
        return LibBpf.QueryPrograms((int)@interface, point, 0, &flags, programs, &count) == 0 ? new Span<uint>(programs, (int)count).ToArray() : null;
    }

    private sealed record Side(string Program, uint Point, uint ProgramId);
}
