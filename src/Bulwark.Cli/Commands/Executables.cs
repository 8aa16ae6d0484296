using System.Collections.Immutable;
using Bulwark.Cli.Output;
using Bulwark.Model.Executables;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Commands;

/// <summary>Executables as a person reads of them: with who answers for them.</summary>
internal static class Executables
{
    /// <summary>For example <c>/usr/bin/curl (of curl 7.88.1-10)</c>.</summary>
    public static string Word(EventReport item) => Word(item.Executable, ExecutableOrigin.Read(item.ExecutableOrigin, item.Package, item.PackageVersion));

    /// <summary>The executables of an entry; of those that are not in the image it is said.</summary>
    public static ImmutableArray<string> Words(ProfileEntryReport entry, ImmutableArray<ExecutableReport> known) =>
        [.. entry.Executables.Select(path => known.FirstOrDefault(found => found.Path == path) is { } found && Origin(found) is { IsDrift: true } origin ? Word(path, origin) : path)];

    public static void Write(ImmutableArray<ExecutableReport> executables, Screen screen)
    {
        if (executables.IsEmpty)
            return;
        screen.Line();
        var listing = new Listing(new("EXECUTABLE", Shrinks: true), new("IS"));
        foreach (var item in executables)
            listing.Row(item.Path, new(Origin(item).Words, Origin(item).IsDrift ? Tone.Bad : Tone.Plain));
        listing.WriteTo(screen);
    }

    private static string Word(string path, ExecutableOrigin origin) => origin.Words is { Length: > 0 } words ? $"{path} ({words})" : path;

    private static ExecutableOrigin Origin(ExecutableReport item) => ExecutableOrigin.Read(item.Origin, item.Package, item.PackageVersion);
}
