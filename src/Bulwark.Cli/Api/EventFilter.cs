using System.Globalization;
using System.Text.Json;
using Bulwark.Model;

namespace Bulwark.Cli.Api;

/// <summary>Which events to show.</summary>
internal sealed record EventFilter
{
    public DateTimeOffset? Since { get; init; }
    public Verdict? Verdict { get; init; }
    public string? Workload { get; init; }
    public int? Limit { get; init; }

    /// <summary>As the query of a URL, with its question mark; empty if everything is wanted.</summary>
    public string Query
    {
        get
        {
            var parts = new List<string>();
            if (Since is { } since)
                parts.Add("since=" + Uri.EscapeDataString(since.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)));
            if (Verdict is { } verdict)
                parts.Add("verdict=" + JsonNamingPolicy.CamelCase.ConvertName(verdict.ToString()));
            if (Workload is { } workload)
                parts.Add("workload=" + Uri.EscapeDataString(workload));
            if (Limit is { } limit)
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"limit={limit}"));
            return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
        }
    }
}
