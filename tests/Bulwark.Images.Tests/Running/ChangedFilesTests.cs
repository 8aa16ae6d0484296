using System.Diagnostics;
using Bulwark.Images.Running;
using Bulwark.Images.Tests.Harness;
using Bulwark.Model.Workloads;

namespace Bulwark.Images.Tests.Running;

public sealed class ChangedFilesTests : IDisposable
{
    private const string Tool = "/usr/bin/tool";

    private readonly TemporaryDirectory _directory = new();
    private readonly ChangedFiles _files = new();

    private ContainerRoot Root => new(At("upper"), [At("init"), At("higher"), At("lower")]);

    public ChangedFilesTests()
    {
        _directory.Write("lower/usr/bin/tool", "as it was");
        _directory.Write("lower/usr/bin/other", "another");
        Directory.CreateDirectory(At("upper/usr/bin"));
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_the_container_did_not_write_is_as_in_the_image() => Assert.False(IsChanged());

    [Theory]
    [InlineData("as it is!", true)]
    [InlineData("longer than it was", true)]
    [InlineData("", true)]
    // Its mode was changed, say: overlayfs copies the whole file.
    [InlineData("as it was", false)]
    public void Only_another_content_counts_as_changed(string content, bool expected)
    {
        _directory.Write("upper/usr/bin/tool", content);

        Assert.Equal(expected, IsChanged());
    }

    [Fact]
    public void It_is_compared_with_the_uppermost_layer_of_the_image_that_has_it()
    {
        _directory.Write("higher/usr/bin/tool", "an update");
        _directory.Write("upper/usr/bin/tool", "as it was");
        Assert.True(IsChanged());

        _directory.Write("upper/usr/bin/tool", "an update");
        Assert.False(IsChanged());
    }

    [Fact]
    public void A_change_is_seen_also_after_the_file_was_looked_at()
    {
        _directory.Write("upper/usr/bin/tool", "as it was");
        Assert.False(IsChanged());

        File.WriteAllText(At("upper/usr/bin/new"), "as it is!");
        File.Move(At("upper/usr/bin/new"), At("upper/usr/bin/tool"), overwrite: true);
        Assert.True(IsChanged());
        Assert.False(_files.Contain("another", new(At("other"), Root.Lower), Tool));
    }

    [Fact]
    public void What_is_written_again_and_again_is_changed_whatever_is_in_it()
    {
        for (var round = 0; round < 40; round++)
        {
            File.WriteAllText(At("upper/usr/bin/new"), round % 2 == 0 ? "as it is!" : "as it was");
            File.Move(At("upper/usr/bin/new"), At("upper/usr/bin/tool"), overwrite: true);
            IsChanged();
        }
        Assert.True(IsChanged());
    }

    [Theory]
    [InlineData("a link to a file of the host")]
    [InlineData("a directory that is a link out of the layer")]
    [InlineData("a directory that is a link within it")]
    [InlineData("a pipe")]
    [InlineData("a directory")]
    public void What_a_container_puts_there_is_not_followed_and_not_waited_for(string what)
    {
        var outside = _directory.Write("host/tool", "of the host");
        _directory.Write("upper/elsewhere/tool", "elsewhere");
        switch (what)
        {
            case "a link to a file of the host":
                File.CreateSymbolicLink(At("upper/usr/bin/tool"), outside);
                break;
            case "a directory that is a link out of the layer":
                Directory.Delete(At("upper/usr/bin"));
                Directory.CreateSymbolicLink(At("upper/usr/bin"), At("host"));
                break;
            case "a directory that is a link within it":
                Directory.Delete(At("upper/usr/bin"));
                Directory.CreateSymbolicLink(At("upper/usr/bin"), "../elsewhere");
                break;
            case "a pipe":
                Process.Start("mkfifo", At("upper/usr/bin/tool")).WaitForExit();
                break;
            default:
                Directory.CreateDirectory(At("upper/usr/bin/tool"));
                break;
        }

        Assert.False(IsChanged());
    }

    [Theory]
    [InlineData("/../lower/usr/bin/other")]
    [InlineData("/usr/bin/tool/x")]
    [InlineData("/")]
    [InlineData("")]
    [InlineData("/usr/bin/a\0b")]
    public void A_path_that_leads_nowhere_tells_nothing(string path) => Assert.False(_files.Contain("id", Root, path));

    [Fact]
    public void A_layer_that_is_not_here_tells_nothing() => Assert.False(_files.Contain("id", new(At("nowhere"), [At("lower")]), Tool));

    private bool IsChanged() => _files.Contain("id", Root, Tool);

    private string At(string path) => Path.Combine(_directory.Path, path);
}
