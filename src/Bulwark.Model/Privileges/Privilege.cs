namespace Bulwark.Model.Privileges;

/// <summary>
/// A power beyond what every container has: over the host, or over a container from outside. Written <c>host-network</c> or, with what it
/// is about, <c>mount:/etc</c>; <see cref="PrivilegeKind"/> has all of them.
/// </summary>
public readonly record struct Privilege : IComparable<Privilege>
{
    /// <summary>Longest text, in characters.</summary>
    public const int LongestText = 1024;

    private const string ReadOnly = ":ro";

    private readonly string? _text;

    private Privilege(string text) => _text = text;

    private string Text => _text ?? "";

    private string Argument => Text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? Text[(colon + 1)..] : "";

    /// <summary>What it means, in words that go on from "it …".</summary>
    public string Meaning => string.Format(System.Globalization.CultureInfo.InvariantCulture, PrivilegeKind.Find(Text)?.Meaning ?? "{0}", Argument);

    /// <summary>Whether it is a power over a container that runs, and not one of the container's own.</summary>
    public bool IsDeed => PrivilegeKind.Find(Text)?.IsDeed ?? false;

    /// <summary>Reads its text.</summary>
    public static bool TryParse(string text, out Privilege privilege)
    {
        privilege = new(text);
        return text.Length <= LongestText && !text.Any(char.IsControl) && PrivilegeKind.Find(text) is not null;
    }

    /// <exception cref="FormatException">There is no such privilege.</exception>
    public static Privilege Parse(string text) => TryParse(text, out var privilege) ? privilege : throw new FormatException($"There is no privilege \"{text}\".");

    /// <summary>The host's file or directory inside the container.</summary>
    public static Privilege Mount(string path, bool readOnly) => Parse($"{PrivilegeKind.Mount}:{path}{(readOnly ? ReadOnly : "")}");

    /// <summary>Whether who has this one has the other one as well.</summary>
    public bool Covers(Privilege other)
    {
        if (this == other)
            return true;
        var (kind, otherKind) = (PrivilegeKind.NameOf(Text), PrivilegeKind.NameOf(other.Text));
        return kind switch
        {
            PrivilegeKind.Privileged => otherKind is PrivilegeKind.Capability or PrivilegeKind.Device or PrivilegeKind.Unconfined or PrivilegeKind.NewPrivileges,
            PrivilegeKind.Capability => Argument == "ALL" && otherKind == kind,
            PrivilegeKind.ExecPrivileged => otherKind == PrivilegeKind.Exec,
            PrivilegeKind.Mount => otherKind == kind && CoversMount(Argument, other.Argument),
            _ => false,
        };
    }

    private static bool CoversMount(string mount, string other)
    {
        var (path, otherPath) = (WithoutMode(mount), WithoutMode(other));
        return (path.Length == mount.Length || otherPath.Length < other.Length)
            && (path == otherPath || path == "/" || otherPath.StartsWith(path + "/", StringComparison.Ordinal));
    }

    private static string WithoutMode(string mount) => mount.EndsWith(ReadOnly, StringComparison.Ordinal) ? mount[..^ReadOnly.Length] : mount;

    public override string ToString() => Text;

    public int CompareTo(Privilege other) => string.CompareOrdinal(Text, other.Text);

    public static bool operator <(Privilege left, Privilege right) => left.CompareTo(right) < 0;
    public static bool operator >(Privilege left, Privilege right) => left.CompareTo(right) > 0;
    public static bool operator <=(Privilege left, Privilege right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Privilege left, Privilege right) => left.CompareTo(right) >= 0;
}
