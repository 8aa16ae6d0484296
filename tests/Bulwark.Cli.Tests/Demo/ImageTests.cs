using Bulwark.Cli.Hosting.Demo;

namespace Bulwark.Cli.Tests.Demo;

public sealed class ImageTests
{
    private const string Maps =
        """
        55d0c0a00000-55d0c0a20000 r--p 00000000 08:01 131  /usr/bin/bulwark
        7f1200000000-7f1200020000 rw-p 00000000 00:00 0
        7f1200020000-7f1200040000 r-xp 00000000 08:01 132                        /usr/lib/x86_64-linux-gnu/libc.so.6
        7f1200040000-7f1200050000 r--p 00020000 08:01 132                        /usr/lib/x86_64-linux-gnu/libc.so.6
        7f1200050000-7f1200060000 r--p 00000000 08:01 133                        /opt/with blanks/libm.so.6
        7ffd00000000-7ffd00020000 rw-p 00000000 00:00 0                          [stack]
        """;

    [Fact]
    public void Every_library_that_is_loaded_is_found_once() =>
        Assert.Equal(["/usr/lib/x86_64-linux-gnu/libc.so.6", "/opt/with blanks/libm.so.6"], LoadedLibraries.Find(Maps));

    [Fact]
    public void A_library_has_the_names_of_the_links_to_it_too()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            var library = Path.Combine(directory.FullName, "libc-2.31.so");
            File.WriteAllText(library, "");
            File.CreateSymbolicLink(Path.Combine(directory.FullName, "libc.so.6"), "libc-2.31.so");
            File.CreateSymbolicLink(Path.Combine(directory.FullName, "libm.so.6"), "libm-2.31.so");

            Assert.Equal(["libc-2.31.so", "libc.so.6"], LoadedLibraries.NamesOf(library));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_loader_of_an_executable_is_read_from_it()
    {
        using var executable = File.OpenRead(Environment.ProcessPath!);

        Assert.StartsWith("/lib", ElfInterpreter.Read(executable), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_executable_is_refused()
    {
        using var text = new MemoryStream(new byte[100]);

        Assert.Throws<InvalidDataException>(() => ElfInterpreter.Read(text));
    }
}
