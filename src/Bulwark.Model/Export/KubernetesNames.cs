using System.Security.Cryptography;
using System.Text;
using Bulwark.Model.Workloads;

namespace Bulwark.Model.Export;

/// <summary>Names of workloads as Kubernetes takes them.</summary>
internal static class KubernetesNames
{
    // Kubernetes, "Labels and Selectors": at most 63 characters. Object names may be longer, but one limit is enough.
    private const int MaximumLength = 63;

    /// <summary>
    /// An object name: a DNS subdomain (RFC 1123). <c>shop/web</c> is <c>shop.web</c>; a name that had to be changed more ends in a digest,
    /// so that two never meet.
    /// </summary>
    public static string Object(string workload) =>
        Fit(workload, workload.Contains('.', StringComparison.Ordinal) ? null : workload.Replace('/', '.'),
            allowed => char.IsAsciiLetterLower(allowed) || char.IsAsciiDigit(allowed) || allowed == '-');

    /// <summary>The labels that select the pods of a workload: <c>app</c>, and <c>project</c> if it has one.</summary>
    public static YamlMap Labels(Workload workload)
    {
        var app = workload.Project.Length > 0 && workload.Name.StartsWith(workload.Project + "/", StringComparison.Ordinal)
            ? workload.Name[(workload.Project.Length + 1)..]
            : workload.Name;
        return workload.Project.Length > 0
            ? new YamlMap(("app", Label(app)), ("project", Label(workload.Project)))
            : new YamlMap(("app", Label(app)));
    }

    private static string Label(string value) =>
        Fit(value, value, allowed => char.IsAsciiLetterOrDigit(allowed) || allowed is '-' or '_');

    // Parts between dots must start and end with a letter or digit.
    private static string Fit(string original, string? wanted, Func<char, bool> isAllowed)
    {
        if (wanted is { Length: > 0 and <= MaximumLength } && wanted.Split('.').All(part =>
            part.Length > 0 && part.All(isAllowed) && char.IsAsciiLetterOrDigit(part[0]) && char.IsAsciiLetterOrDigit(part[^1])))
            return wanted;
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(original)))[..8];
        var kept = string.Concat(original.ToLowerInvariant().Select(c => isAllowed(c) ? c : '-'));
        kept = kept[..Math.Min(kept.Length, MaximumLength - digest.Length - 1)].Trim('-', '_');
        return kept.Length == 0 ? digest : $"{kept}-{digest}";
    }
}
