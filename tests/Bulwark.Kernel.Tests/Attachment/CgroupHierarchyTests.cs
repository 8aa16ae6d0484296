using Bulwark.Kernel.Attachment;
using CsCheck;

namespace Bulwark.Kernel.Tests.Attachment;

public sealed class CgroupHierarchyTests
{
    [Theory]
    [InlineData("cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n", "/sys/fs/cgroup")]
    [InlineData("tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\ncgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n", "/sys/fs/cgroup/unified")]
    [InlineData("none /mnt/a\\040b cgroup2 rw 0 0\n", "/mnt/a b")]
    [InlineData("tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n", null)]
    [InlineData("cgroup2 /cgroup2 tmpfs rw 0 0\n", null)]
    [InlineData("", null)]
    public void The_unified_hierarchy_is_found_where_it_is_mounted(string mounts, string? where) =>
        Assert.Equal(where, CgroupHierarchy.FindUnified(mounts, _ => true));

    [Fact]
    public void One_that_a_later_mount_hides_is_passed_over() => Assert.Equal(
        "/second", CgroupHierarchy.FindUnified("a /first cgroup2 rw 0 0\nb /second cgroup2 rw 0 0\n", path => path == "/second"));

    [Fact]
    public void Arbitrary_text_never_throws() => Gen.String.Sample(text => _ = CgroupHierarchy.FindUnified(text, _ => true));
}
