using System.Globalization;
using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Layers;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Secrets;

/// <summary>Makes findings out of the secrets in an image's layers and in its configuration.</summary>
internal static class SecretFindings
{
    // Directories that hold programs, and no settings: what a package brings there is in the archive for all to read.
    private static readonly string[] s_public = ["usr/", "bin/", "sbin/", "lib/"];

    // Keys here come with published packages, or are there to be broken.
    private static readonly string[] s_examples =
        ["/test/", "/tests/", "/testdata/", "/testing/", "/fixtures/", "/example/", "/examples/", "/certdata/", "/spec/", "/site-packages/", "/node_modules/", "/gems/"];

    public static IEnumerable<Finding> Of(Image image, ImageFileSystem files, OwnedFiles owned) =>
        OfLayers(image, files, owned).Concat(OfConfiguration(image));

    private static IEnumerable<Finding> OfLayers(Image image, ImageFileSystem files, OwnedFiles owned)
    {
        for (var layer = 0; layer < image.Layers.Length; layer++)
        {
            foreach (var secret in image.Layers[layer].Secrets)
            {
                if (Array.Exists(s_public, directory => secret.Path.StartsWith(directory, StringComparison.Ordinal)) && owned.Contains(secret.Path))
                    continue;
                var isExample = Array.Exists(s_examples, part => $"/{secret.Path}".Contains(part, StringComparison.Ordinal));
                var isVisible = files.IsVisible(secret.Path, layer);
                yield return new()
                {
                    Kind = FindingKind.Secret,
                    Id = secret.Rule,
                    Severity = isExample ? Severity.Low : secret.Severity,
                    Title = string.Create(CultureInfo.InvariantCulture,
                        $"{secret.What} in line {secret.Line}: {secret.Masked}{(isExample ? "; by its place an example" : "")}{(isVisible ? "" : "; a later layer deletes the file, but everyone who has the image still has it")}"),
                    Path = secret.Path,
                    Layer = layer,
                    Fix = "revoke it, and hand it in at run time instead",
                };
            }
        }
    }

    private static IEnumerable<Finding> OfConfiguration(Image image)
    {
        if (image.Configuration is not { } configuration)
            yield break;
        foreach (var (place, text) in configuration.Environment.Select(entry => ($"ENV {entry.Split('=')[0]}", entry))
            .Concat(configuration.Labels.Select(label => ($"LABEL {label.Key}", $"{label.Key}={label.Value}")))
            .Concat(configuration.History.Select((step, index) => (string.Create(CultureInfo.InvariantCulture, $"history, step {index + 1}"), step.Command))))
        {
            foreach (var match in SecretScanner.Find(text, isAssignment: true))
            {
                yield return new()
                {
                    Kind = FindingKind.Secret,
                    Id = match.Rule.Id,
                    Severity = match.Rule.Severity,
                    Title = $"{match.Rule.What} in {place}: {match.Masked}",
                    Fix = "revoke it, and hand it in at run time instead",
                };
            }
        }
    }
}
