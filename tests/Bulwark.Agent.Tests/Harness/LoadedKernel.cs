using Bulwark.Kernel;
using Bulwark.Kernel.Attachment;

namespace Bulwark.Agent.Tests.Harness;

/// <summary>The kernel programs with maps of their own, gone with the test.</summary>
internal sealed class LoadedKernel : IDisposable
{
    private readonly string _folder = $"/sys/fs/bpf/bulwark-test-{Guid.NewGuid():N}";

    public LoadedKernel()
    {
        BpfFileSystem.Prepare(_folder);
        Programs = KernelPrograms.Load(_folder);
    }

    public KernelPrograms Programs { get; private set; }

    /// <summary>As after the agent died and another one started: the same maps, everything else anew.</summary>
    public KernelPrograms Reload()
    {
        Programs.Dispose();
        return Programs = KernelPrograms.Load(_folder);
    }

    public void Dispose()
    {
        Programs.Dispose();
        BpfFileSystem.Remove(_folder);
    }
}
