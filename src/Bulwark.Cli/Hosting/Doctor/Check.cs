namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>One thing that Bulwark needs, and how it is on this machine.</summary>
/// <param name="Name">A short name that stays the same: programs look for it.</param>
/// <param name="Found">What there is.</param>
/// <param name="Cost">What Bulwark does not do because of it; empty if all is well.</param>
/// <param name="Remedy">What to do about it; empty if nothing.</param>
internal sealed record Check(string Name, CheckState State, string Found, string Cost = "", string Remedy = "")
{
    public static Check Ok(string name, string found) => new(name, CheckState.Ok, found);

    public static Check Warning(string name, string found, string cost, string remedy) => new(name, CheckState.Warning, found, cost, remedy);

    public static Check Missing(string name, string found, string cost, string remedy) => new(name, CheckState.Missing, found, cost, remedy);
}
