namespace Bulwark.Kernel;

/// <summary>The kernel, or libbpf on its behalf, refused something.</summary>
/// <param name="what">What was tried, as the end of "could not …".</param>
/// <param name="error">The errno value (positive), or 0 when there is none.</param>
/// <param name="detail">What libbpf or the verifier said, or empty.</param>
public sealed class KernelException(string what, int error, string detail = "") : Exception(Describe(what, error, detail))
{
    /// <summary>What was tried.</summary>
    public string What { get; } = what;

    /// <summary>The errno value, positive; 0 when there is none.</summary>
    public int Error { get; } = error;

    /// <summary>Whether what was asked for is gone (ENODEV, or ENOENT of a path).</summary>
    public bool IsGone => Error is Native.Errno.NoDevice or Native.Errno.NoEntry;

    /// <summary>What is thrown when something turns out to be gone.</summary>
    public static KernelException Gone(string what) => new(what, Native.Errno.NoDevice);

    /// <summary>Why, in the system's words.</summary>
    public string Reason { get; } = error == 0 ? detail : System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error);

    /// <summary>What libbpf or the verifier said, or empty.</summary>
    public string Detail { get; } = detail;

    private static string Describe(string what, int error, string detail)
    {
        var reason = error == 0 ? "" : $": {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error)}";
        return detail.Length == 0 ? $"could not {what}{reason}" : $"could not {what}{reason}\n{detail}";
    }
}
