using Bulwark.Images.Packages;

namespace Bulwark.Images.Matching;

/// <summary>Packages that are built from the kernel's source but hold only what programs are compiled against.</summary>
internal static class KernelHeaders
{
    public static bool Are(Package package) => package.Kind.IsOfDistribution()
        && (package.Name is "linux-libc-dev" or "linux-headers" or "kernel-headers" or "linux-doc" or "linux-kbuild"
            || package.Name.StartsWith("linux-libc-dev-", StringComparison.Ordinal)
            || package.Name.StartsWith("linux-headers-", StringComparison.Ordinal)
            || package.Name.StartsWith("linux-kbuild-", StringComparison.Ordinal));
}
