namespace Bulwark.Kernel.Netlink;

/// <summary>A filter of an interface's traffic control, as tc(8) lists it.</summary>
/// <param name="Handle">Its number among those of its priority.</param>
/// <param name="Priority">Filters of a lower number see a packet first.</param>
/// <param name="Program">The kernel's number of its bpf program.</param>
internal readonly record struct Filter(uint Handle, uint Priority, uint Program);
