using Bulwark.Kernel;
using Bulwark.Kernel.Attachment;

namespace Bulwark.Agent.Tests.Harness;

/// <summary>The kernel programs with maps of their own, gone with the test.</summary>
internal sealed class LoadedKernel : IDisposable
{
    /// <summary>Where the maps are pinned.</summary>
    public string Folder { get; } = $"/sys/fs/bpf/bulwark-test-{Guid.NewGuid():N}";

    public LoadedKernel()
    {
        BpfFileSystem.Prepare(Folder);
        Programs = KernelPrograms.Load(Folder);
    }

    public KernelPrograms Programs { get; private set; }

    /// <summary>As after the agent died and another one started: the same maps, everything else anew.</summary>
    public KernelPrograms Reload()
    {
        Programs.Dispose();
        return Programs = KernelPrograms.Load(Folder);
    }

    public void Dispose()
    {
        Programs.Dispose();
        BpfFileSystem.Remove(Folder);
    }
}
