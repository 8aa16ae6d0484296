using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel;

/// <summary>Reads the kernel's ring buffer. One thread at a time.</summary>
public sealed unsafe class EventRing : IDisposable
{
    private readonly SampleHandler _handler;
    private readonly GCHandle _self;
    private nint _ring;
    private Exception? _failed;

    internal EventRing(int map, SampleHandler handler)
    {
        _handler = handler;
        _self = GCHandle.Alloc(this);
        _ring = LibBpf.OpenRing(map, &OnSample, (void*)GCHandle.ToIntPtr(_self), null);
        if (_ring == 0)
        {
            var error = Marshal.GetLastPInvokeError();
            _self.Free();
            throw new KernelException("open the ring buffer", error);
        }
    }

    /// <summary>Told of one event; its bytes are valid until it returns.</summary>
    public delegate void SampleHandler(ReadOnlySpan<byte> sample);

    /// <summary>
    /// Waits for <paramref name="milliseconds"/>, or until much has gathered, and hands over what there is; returns how many. The programs
    /// wake nobody for a single event.
    /// </summary>
    public int Poll(int milliseconds)
    {
        // When it is woken, the first hands over and the second finds the rest.
        var woken = milliseconds > 0 ? LibBpf.PollRing(_ring, milliseconds) : 0;
        var result = LibBpf.ConsumeRing(_ring);
        if (woken > 0 && result >= 0)
            result += woken;
        if (_failed is { } failed)
        {
            _failed = null;
            throw new InvalidOperationException("An event of the kernel could not be handled.", failed);
        }
        if (result < 0 && result != -Errno.Interrupted)
            throw new KernelException("read the ring buffer", -result);
        return Math.Max(result, 0);
    }

    public void Dispose()
    {
        if (_ring == 0)
            return;
        LibBpf.FreeRing(_ring);
        _ring = 0;
        _self.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSample(void* context, void* data, nuint size)
    {
        var ring = (EventRing)GCHandle.FromIntPtr((nint)context).Target!;
        try
        {
            ring._handler(new(data, checked((int)size)));
            return 0;
        }
        catch (Exception e)
        {
            // An exception must not cross native frames; Poll throws it again.
            ring._failed = e;
            return -1;
        }
    }
}
