namespace Bulwark.Images.Running;

/// <summary>What follows from a <see cref="PackageUse"/>.</summary>
public static class PackageUses
{
    /// <summary>Whether a package is in use, in a word; empty where that is not known.</summary>
    public static string Word(this PackageUse use) => use switch
    {
        PackageUse.Idle => "no",
        PackageUse.Runs => "yes",
        PackageUse.Listens => "listens",
        _ => "",
    };

    /// <summary>What hurts first; what is not known may be in use.</summary>
    internal static int Rank(this PackageUse use) => use == PackageUse.Idle ? -1 : (int)use;
}
