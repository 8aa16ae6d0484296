using System.Formats.Tar;
using Bulwark.Images.Executables;
using Bulwark.Images.Reports;
using Bulwark.Images.Scanning;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Executables;

public sealed class ImageExecutablesTests
{
    private const string Info = "var/lib/dpkg/info/";

    private static readonly Tar s_debian = new Tar()
        .Link("bin", "usr/bin")
        .File("var/lib/dpkg/status", "Package: curl\nStatus: install ok installed\nVersion: 7.88.1-10\nArchitecture: amd64\n\nPackage: dash\nStatus: install ok installed\nVersion: 0.5.12-2\nArchitecture: amd64\n\n")
        .File($"{Info}curl.list", "/usr/bin/curl\n/usr/share/curl.txt\n").File($"{Info}dash.list", "/bin/dash\n")
        .File("usr/bin/curl", "curl", "755").File("usr/bin/dash", "dash", "755").File("usr/share/curl.txt", "text")
        .Link("usr/bin/sh", "dash").Link("usr/bin/dash2", "usr/bin/dash", TarEntryType.HardLink)
        .File("opt/app/server", "server", "755");

    [Fact]
    public void Each_executable_is_told_by_its_real_path_with_the_package_that_owns_it()
    {
        var executables = Of(new TestImage().Layer(s_debian).Layer(new Tar().File("bin/tool", "tool", "755")));

        Assert.Equal(
            [
                new("/opt/app/server", "", ""), new("/usr/bin/curl", "curl", "7.88.1-10"), new("/usr/bin/dash", "dash", "0.5.12-2"),
                new("/usr/bin/dash2", "", ""), new("/usr/bin/tool", "", ""),
            ],
            executables.Files);
        Assert.True(executables.AreAll);
    }

    [Fact]
    public void What_a_later_layer_takes_away_or_makes_no_program_is_none()
    {
        var executables = Of(new TestImage().Layer(s_debian).Layer(new Tar().Whiteout("usr/bin/curl").File("opt/app/server", "text")));

        Assert.Equal(["/usr/bin/dash", "/usr/bin/dash2"], executables.Files.Select(file => file.Path));
    }

    [Fact]
    public void Alpines_packages_own_theirs()
    {
        var executables = Of(new TestImage().Layer(new Tar()
            .File("lib/apk/db/installed", "P:busybox\nV:1.36.1-r29\nF:bin\nR:busybox\n\n").File("bin/busybox", "busybox", "755").Link("bin/sh", "/bin/busybox")));

        Assert.Equal([new("/bin/busybox", "busybox", "1.36.1-r29")], executables.Files);
    }

    [Fact]
    public void Of_an_image_with_more_of_them_than_are_kept_not_all_are_known()
    {
        var tar = new Tar();
        for (var number = 0; number <= 50_000; number++)
            tar.File($"app/{number}", "", "755");

        var executables = Of(new TestImage().Layer(tar));

        Assert.False(executables.AreAll);
        Assert.Equal(50_000, executables.Files.Length);
    }

    [Fact]
    public void A_scan_tells_them_only_if_asked()
    {
        var image = Reading.Archive(new TestImage().Layer(s_debian).DockerArchive(), analysers: ImageScanner.Analysers);

        Assert.Null(ScanReport.Of(ImageScanner.Judge(image, null, new(), TestAdvisories.AsOf), new([], true)).Executables);
    }

    private static ImageExecutables Of(TestImage image)
    {
        var read = Reading.Archive(image.DockerArchive(), analysers: ImageScanner.Analysers);
        return ScanReport.Of(ImageScanner.Judge(read, null, new() { ListsExecutables = true }, TestAdvisories.AsOf), new([], true)).Executables!;
    }
}
