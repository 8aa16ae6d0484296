using System.Buffers;
using Bulwark.Kernel.Layout;

namespace Bulwark.Kernel.Attachment;

/// <summary>
/// Puts the programs in the place of another version's that are in force and have maps of their own: everywhere within milliseconds, as neither sees what the other
/// notes. Where versions have the same maps there is no hurry, and nothing is done.
/// </summary>
public static class Takeover
{
    private const string Prefix = "link_";
    private static readonly SearchValues<char> s_hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <param name="useTcx">Else the host's interfaces have filters of clsact.</param>
    /// <exception cref="KernelException">The kernel refuses: what was not replaced goes on as it is.</exception>
    public static void Run(KernelPrograms programs, string pinRoot, bool useTcx) => programs.TakeOver(() =>
    {
        foreach (var pin in Directory.GetFiles(pinRoot, Prefix + "*"))
        {
            var program = ProgramOf(Path.GetFileName(pin));
            if (programs.Has(program))
                PinnedLink.TryReplace(programs, program, pin);
        }
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

    // link_PROGRAM, or with the kind and number of a place: link_KIND_00000000_PROGRAM.
    private static string ProgramOf(string pin)
    {
        var parts = pin[Prefix.Length..].Split('_', 3);
        return parts is [_, { Length: 8 } place, var program] && !place.AsSpan().ContainsAnyExcept(s_hexadecimal) ? program : pin[Prefix.Length..];
    }
}
