using System.CommandLine;
using Bulwark.Cli.Output;
using Bulwark.Images.Packages;
using Bulwark.Images.Scanning;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark sbom</c>.</summary>
internal static class SbomCommand
{
    public static Command Create(CommandLine line)
    {
        var image = new ImageOptions(line.Terminal);
        var output = new Option<string>(OutputOption.Name, "-o")
        {
            Description = "How to write it: cyclonedx, spdx, table",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => "cyclonedx",
        }.Among("cyclonedx", "spdx", OutputOption.Table);
        var command = new CliCommand("sbom", "List what is installed in an image, for other tools (CycloneDX, SPDX)")
        {
            Group = CommandGroup.Images,
            Usage = "IMAGE [options]",
            Examples = ["bulwark sbom shop/web:1 > sbom.cdx.json", "bulwark sbom saved.tar -o spdx", "bulwark sbom dir:/srv/rootfs -o table"],
            Arguments = { image.Target },
            Options = { image.Advisories, output },
        };
        foreach (var option in image.OfSource)
            command.Options.Add(option);
        line.OnRun(command, async (invocation, cancel) =>
        {
            var result = await ScanCommand.ScanAsync(invocation, image, withAdvisories: false, new ScanOptions(), cancel).ConfigureAwait(false);
            // Nothing is judged here, so that nothing to judge by is no lack.
            result = result with { CannotTell = [.. result.CannotTell.Where(doubt => doubt.Kind != Images.CannotTellKind.Advisories)] };
            if (ScanCommand.Written(invocation.Value(output)!, result, withVulnerabilities: false) is { } document)
                invocation.Screen.Document(document);
            else
                Write(result, invocation.Screen);
            foreach (var doubt in result.CannotTell)
                invocation.Screen.Complaint(new("cannot tell: ", Tone.Warning), $"{(doubt.Subject.Length > 0 ? $"{doubt.Subject}: " : "")}{doubt.Reason}");
            return result.CannotTell.Any(doubt => doubt.Kind is Images.CannotTellKind.Packages or Images.CannotTellKind.Layer) ? ExitCode.CannotTell : ExitCode.Ok;
        });
        return command;
    }

    private static void Write(ScanResult result, Screen screen)
    {
        var listing = new Listing(new("KIND"), new("PACKAGE"), new("VERSION"), new("SOURCE"), new("LAYER", Right: true), new("KNOWN FROM", Shrinks: true));
        foreach (var installed in result.Packages)
        {
            var package = installed.Package;
            listing.Row(
                Word(package.Kind), package.Name, package.Version, package.Source == package.Name ? Cell.Faint("-") : package.Source,
                installed.Layer.ToString(System.Globalization.CultureInfo.InvariantCulture), Cell.Faint(installed.Path));
        }
        listing.WriteTo(screen);
    }

    private static string Word(PackageKind kind) => kind == PackageKind.NuGet ? "nuget" : kind.ToString().ToLowerInvariant();
}
