using Bulwark.Kernel.Attachment;

namespace Bulwark.Kernel.Tests.Harness;

/// <summary>A directory of its own on the bpf file system, gone with the test.</summary>
internal sealed class PinFolder : IDisposable
{
    public PinFolder()
    {
        BpfFileSystem.Prepare(Path);
    }

    public string Path { get; } = $"/sys/fs/bpf/bulwark-test-{Guid.NewGuid():N}";

    public void Dispose() => BpfFileSystem.Remove(Path);
}
