using Bulwark.Images.Advisories;
using Bulwark.Images.Executables;
using Bulwark.Images.Findings;
using Bulwark.Images.Reports;
using Bulwark.Server.Images;

namespace Bulwark.Server.Tests.Harness;

/// <summary>Finds what a test says.</summary>
public sealed class FakeScanner : IImageScanner
{
    public FindingKind? Finds { get; set; }

    /// <summary>The executables of every image; null if they are not known.</summary>
    public ImageExecutables? Executables { get; set; }

    public string Fails { get; set; } = "";

    /// <summary>Scans end when this does.</summary>
    public Task Until { get; set; } = Task.CompletedTask;

    public int Scans { get; private set; }

    public async Task<ScanReport> ScanAsync(string id, string advisories, CancellationToken cancellation)
    {
        await Until.WaitAsync(cancellation);
        Scans++;
        if (Fails.Length > 0)
            throw new ImageScanException(Fails);
        return new(1, id, id, "", new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero), "", "", "", [], [], "", new(true, true, []),
            Finds is { } kind ? [new(kind, "found/it", Severity.Critical, "", "", null, "", "", "", null, null)] : [],
            File.Exists(advisories) ? [] : [new(Bulwark.Images.CannotTellKind.Advisories, "debian:12", "there are no advisories", true, null, "")], [], [], [])
        {
            Executables = Executables,
        };
    }
}
