using System.Globalization;

namespace Bulwark.EndToEnd.Harness;

/// <summary>When Bulwark has learnt enough, as its configuration file says it.</summary>
public sealed record Learning(TimeSpan MinimumTime, int MinimumSightings, double MaximumUnseen, TimeSpan AuditTime)
{
    /// <summary>Seconds instead of days.</summary>
    public static Learning Quick { get; } = new(TimeSpan.FromSeconds(15), 20, 0.2, TimeSpan.FromSeconds(3));

    /// <summary>More settings, each <c>"key": value,</c>. Scans of images, which take time from what is tried, are for scenarios about them.</summary>
    public string More { get; init; } = """ "images": { "scan": false }, """;

    /// <summary>Nothing moves by itself.</summary>
    public static Learning Never { get; } = Quick with { MinimumTime = TimeSpan.FromHours(1) };

    public string ToConfiguration() => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {
          {{More}}
          "auto": true,
          "learning": {
            "interval": "1s", "minimumTime": "{{MinimumTime.TotalSeconds}}s", "minimumSightings": {{MinimumSightings}},
            "maximumUnseen": {{MaximumUnseen}}, "confidence": 0.9, "auditTime": "{{AuditTime.TotalSeconds}}s"
          }
        }
        """);
}
