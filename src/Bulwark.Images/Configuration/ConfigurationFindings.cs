using System.Text;
using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Layers;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Configuration;

/// <summary>Looks at how an image says that it is run and how it was made.</summary>
internal static class ConfigurationFindings
{
    private const int MostEmptyPasswords = 100;

    public static IEnumerable<Finding> Of(Image image, ImageFileSystem files)
    {
        if (image.Configuration is { } configuration)
        {
            if (configuration.User.Split(':')[0] is "" or "root" or "0")
                yield return Make("config/root-user", Severity.Low, "its processes run as root", "end the Dockerfile with USER and a user of its own");
            if (!configuration.HasHealthCheck)
                yield return Make("config/no-health-check", Severity.Negligible, "nothing tells whether it is well", "add a HEALTHCHECK");
            foreach (var step in configuration.History.Where(step => IsAddFromAddress(step.Command)))
            {
                yield return Make("config/add-from-url", Severity.Medium, $"a file came from the network unchecked: {Secrets.SecretScanner.Redact(step.Command)}",
                    "use ADD --checksum, or fetch and check it in RUN");
            }
        }
        foreach (var finding in EmptyPasswords(files))
            yield return finding;
    }

    private static bool IsAddFromAddress(string command) => command.StartsWith("ADD ", StringComparison.OrdinalIgnoreCase)
        && (command.Contains("http://", StringComparison.OrdinalIgnoreCase) || command.Contains("https://", StringComparison.OrdinalIgnoreCase))
        && !command.Contains("--checksum", StringComparison.Ordinal);

    // passwd(5) and shadow(5): an empty second field lets anyone in; "x" in passwd says to look into shadow.
    private static IEnumerable<Finding> EmptyPasswords(ImageFileSystem files)
    {
        foreach (var path in (string[])[SmallDocuments.Users, SmallDocuments.Passwords])
        {
            if (files.Find(path, layer => layer.Documents) is not var (layer, text))
                continue;
            var found = 0;
            foreach (var line in Encoding.UTF8.GetString(text.Span).Split('\n'))
            {
                // A hundred tell what there is to tell.
                if (found == MostEmptyPasswords)
                    break;
                if (line.Split(':') is [{ Length: > 0 } user, "", _, ..])
                {
                    yield return Make("config/empty-password", Severity.High, $"the user {user} has an empty password", $"passwd --lock {(user.All(char.IsAsciiLetterOrDigit) ? user : "USER")}")
                        with
                    { Path = path, Layer = layer };
                    found++;
                }
            }
        }
    }

    private static Finding Make(string id, Severity severity, string title, string fix) =>
        new() { Kind = FindingKind.Configuration, Id = id, Severity = severity, Title = title, Fix = fix };
}
