using System.Collections.Immutable;

namespace Bulwark.Cli.Hosting;

/// <summary>This same executable, to start it once more.</summary>
internal static class OwnProgram
{
    /// <summary>The program and its first arguments: one word, but for a developer, who runs dotnet with a library.</summary>
    public static ImmutableArray<string> Words
    {
        get
        {
            var program = Environment.ProcessPath ?? "/proc/self/exe";
            return Path.GetFileName(program) == "dotnet" ? [program, Environment.GetCommandLineArgs()[0]] : [program];
        }
    }
}
