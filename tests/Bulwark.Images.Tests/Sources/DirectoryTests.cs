using System.Diagnostics;
using Bulwark.Images.Layers;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Sources;

public sealed class DirectoryTests
{
    [Fact]
    public async Task A_root_file_system_is_one_layer_whose_links_are_not_followed()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("etc/os-release", "ID=debian");
        File.CreateSymbolicLink(Path.Combine(directory.Path, "etc/shadow"), "/etc/shadow");
        File.CreateSymbolicLink(Path.Combine(directory.Path, "loop"), ".");
        File.SetUnixFileMode(directory.Write("bin/su", "x"), (UnixFileMode)Convert.ToInt32("4755", 8));
        var keep = new Keep();

        var image = await new DirectorySource(directory.Path).ReadAsync(new([keep], new()), CancellationToken.None);

        Assert.Equal(["bin/su", "etc/os-release"], keep.Files.Keys.Order());
        Assert.Equal("/etc/shadow", image.Layers[0].Files["etc/shadow"].LinkTarget);
        Assert.True(image.Layers[0].Files["bin/su"].IsSetUser);
        Assert.Contains(PathKey.Of("loop"), image.Layers[0].Paths);
    }

    [Fact]
    public async Task A_pipe_in_it_does_not_make_the_scan_wait()
    {
        using var directory = new TemporaryDirectory();
        using (var mkfifo = Process.Start("mkfifo", [Path.Combine(directory.Path, "pipe")]))
            await mkfifo.WaitForExitAsync();
        directory.Write("z", "read");
        var keep = new Keep();

        await new DirectorySource(directory.Path).ReadAsync(new([keep], new()), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(["z"], keep.Files.Keys);
    }

    [Fact]
    public async Task What_is_no_directory_is_an_error() =>
        await Assert.ThrowsAsync<ImageException>(() => new DirectorySource("/nonexistent").ReadAsync(new([], new()), CancellationToken.None));
}
