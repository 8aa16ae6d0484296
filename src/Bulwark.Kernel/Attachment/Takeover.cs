using Bulwark.Kernel.Layout;

namespace Bulwark.Kernel.Attachment;

/// <summary>
/// Puts the programs in the place of another version's that are in force and have maps of their own: everywhere within milliseconds, as neither sees what the other
/// notes. Where versions have the same maps there is no hurry, and nothing is done.
/// </summary>
public static class Takeover
{
    /// <param name="useTcx">Else the host's interfaces have filters of clsact.</param>
    /// <exception cref="KernelException">The kernel refuses: what was not replaced goes on as it is.</exception>
    public static void Run(KernelPrograms programs, string pinRoot, bool useTcx) => programs.TakeOver(() =>
    {
        foreach (var pin in LinkPin.In(pinRoot).Where(pin => programs.Has(pin.Program)))
            PinnedLink.TryReplace(programs, pin.Program, pin.Path);
        if (useTcx)
            return;
        var hooks = ClsactHooks.OfHostEnds(programs);
        foreach (var @interface in programs.Endpoints.Keys().Where(place => Place.IsHostInterface(place) && ClsactHooks.IsAnyAttached(place)))
        {
            try
            {
                hooks.Attach(@interface);
            }
            catch (KernelException e) when (e.IsGone)
            {
                // With its container.
            }
        }
    });
}
