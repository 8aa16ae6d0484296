namespace Bulwark.Kernel.Native;

/// <summary>Error numbers of Linux that are told apart here (asm-generic/errno.h).</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int Exists = 17;
    public const int NoDevice = 19;
    public const int Invalid = 22;
    public const int ProtocolNotSupported = 93;
    public const int NotSupported = 95;
    public const int NoBuffers = 105;
}
