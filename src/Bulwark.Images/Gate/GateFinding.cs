using System.Collections.Immutable;
using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Reports;

namespace Bulwark.Images.Gate;

/// <summary>Of a finding what the gate looks at.</summary>
public sealed record GateFinding(FindingKind Kind, string Id, Severity Severity)
{
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>The vulnerable package; empty if it is about none.</summary>
    public string Package { get; init; } = "";

    /// <summary>What the package is built from, or empty.</summary>
    public string Source { get; init; } = "";

    /// <summary>The repaired version; empty if there is none.</summary>
    public string FixedVersion { get; init; } = "";

    /// <summary>Since when it is known here that there is a repaired version; null if nobody took note.</summary>
    public DateTimeOffset? FixKnownSince { get; init; }

    /// <summary>Whether it is known to be exploited.</summary>
    public bool IsExploited { get; init; }

    public string Path { get; init; } = "";

    /// <summary>Whether it never counts: suppressed, or in kernel headers.</summary>
    public bool IsPassedOver { get; init; }

    public static GateFinding Of(Finding finding) => new(finding.Kind, finding.Id, finding.Severity)
    {
        Path = finding.Path,
        IsPassedOver = finding.Suppression is not null || finding.Vulnerability is { IsKernelHeaders: true },
        Aliases = finding.Vulnerability?.Aliases ?? [],
        Package = finding.Vulnerability?.Package.Package.Name ?? "",
        Source = finding.Vulnerability?.Package.Package.Source ?? "",
        FixedVersion = finding.Vulnerability?.FixedVersion ?? "",
        IsExploited = finding.Vulnerability?.Exploitation is { IsKnown: true },
    };

    public static GateFinding Of(FindingReport finding) => new(finding.Kind, finding.Id, finding.Severity)
    {
        Path = finding.Path,
        IsPassedOver = finding.Suppressed is not null || finding.Vulnerability is { KernelHeaders: true },
        Aliases = finding.Vulnerability?.Aliases ?? [],
        Package = finding.Vulnerability?.Package ?? "",
        Source = finding.Vulnerability?.Source ?? "",
        FixedVersion = finding.Vulnerability?.FixedVersion ?? "",
        IsExploited = finding.Vulnerability is { Exploited.Length: > 0 },
    };
}
