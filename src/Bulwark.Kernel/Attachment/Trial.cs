namespace Bulwark.Kernel.Attachment;

/// <summary>How a trial ended.</summary>
/// <param name="Works">Null if it could not be tried.</param>
/// <param name="Why">Why it does not work, or could not be tried; else empty.</param>
public sealed record Trial(bool? Works, string Why)
{
    public static readonly Trial Succeeded = new(true, "");

    public static Trial Failed(string why) => new(false, why);

    public static Trial NotTried(string why) => new(null, why);
}
