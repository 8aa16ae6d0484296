using System.Globalization;

namespace Bulwark.Server.Api;

/// <summary>Groups of this machine, as <c>/etc/group</c> lists them; those of a directory service are not seen.</summary>
public static class SystemGroup
{
    public const string File = "/etc/group";

    /// <summary>The number of the group with this name, or null if there is none.</summary>
    public static uint? Find(string name, string file = File)
    {
        if (!System.IO.File.Exists(file))
            return null;
        foreach (var line in System.IO.File.ReadLines(file))
        {
            // group(5): name:password:id:members
            if (line.Split(':') is [var found, _, var text, ..] && found == name
                && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                return id;
        }
        return null;
    }
}
