using System.Diagnostics;
using System.Text.RegularExpressions;
using Bulwark.Kernel.Tests.Harness;

namespace Bulwark.Kernel.Tests.Migration;

/// <summary>
/// The kernel programs as another version of Bulwark might have had them: the same sources, but every struct of a map that has other places for its
/// fields, one field by another name, and maps of other sizes.
/// </summary>
internal static partial class OlderPrograms
{
    // The kernel says what the first is like; the others are one field.
    private static readonly string[] s_unchanged = ["range_key", "name_key", "path_key"];

    // Programs have them on a stack that has no room left.
    private static readonly string[] s_onFullStack = ["clients", "proxy"];

    private static readonly Lazy<byte[]> s_programs = new(Make);

    /// <summary>The object file.</summary>
    public static byte[] Object => s_programs.Value;

    private static byte[] Make()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"bulwark-test-{Guid.NewGuid():N}");
        try
        {
            var sources = Path.Combine(Repository.Root, "bpf");
            var (structs, sizes) = (0, 0);
            foreach (var file in Directory.GetFiles(sources, "*.?", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(folder, Path.GetRelativePath(sources, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                // A field less, and one more.
                var text = File.ReadAllText(file).Replace("announced_by", "announced_on", StringComparison.Ordinal);
                if (Path.GetFileName(Path.GetDirectoryName(file)) == "maps")
                {
                    (text, var moreStructs, var moreSizes) = WithOtherMaps(text);
                    (structs, sizes) = (structs + moreStructs, sizes + moreSizes);
                }
                File.WriteAllText(copy, text);
            }
            Assert.True(structs > 20, $"{structs} structs of maps were found");
            Assert.True(sizes > 30, $"{sizes} maps were found");
            var compiled = Path.Combine(folder, "older.o");
            using var clang = Process.Start(
                "clang",
                [
                    "-g", "-O2", "-Wall", "-Werror", "-target", "bpf", "-mcpu=v3", "-D__TARGET_ARCH_x86", "-I/usr/include/x86_64-linux-gnu",
                    "-c", Path.Combine(folder, "bulwark.bpf.c"), "-o", compiled,
                ]);
            clang.WaitForExit();
            Assert.Equal(0, clang.ExitCode);
            return File.ReadAllBytes(compiled);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (string Text, int Structs, int Sizes) WithOtherMaps(string text)
    {
        var (structs, sizes) = (0, 0);
        text = Structs().Replace(text, match =>
        {
            var name = match.Groups["name"].Value;
            if (s_unchanged.Contains(name))
                return match.Value;
            structs++;
            return $"struct {name} {{\n{Front(name, match.Value)}{string.Concat(match.Groups["field"].Captures.Reverse().Select(line => line.Value))}}};";
        });
        text = Sizes().Replace(text, match =>
        {
            sizes++;
            var size = match.Groups["size"].Value;
            return match.Value.Replace(size, size.Contains("<<", StringComparison.Ordinal) ? $"({size}) / 2" : $"({size}) + 64", StringComparison.Ordinal);
        });
        return (text, structs, sizes);
    }

    // No larger than the struct's alignment, so that no byte is in no field. Most keys are on stacks too.
    private static string Front(string name, string fields)
    {
        if (name.EndsWith("_key", StringComparison.Ordinal) || s_onFullStack.Contains(name))
            return "";
        return Words().IsMatch(fields) ? "\t__u64 older;\n" : "\t__u32 older;\n";
    }

    [GeneratedRegex(@"^struct (?<name>\w+) \{\n(?<field>\t.*\n)+\};", RegexOptions.Multiline)]
    private static partial Regex Structs();

    [GeneratedRegex(@"__uint\(max_entries, (?<size>[^)]+)\)")]
    private static partial Regex Sizes();

    [GeneratedRegex(@"__u64|struct (address|clients)")]
    private static partial Regex Words();
}
