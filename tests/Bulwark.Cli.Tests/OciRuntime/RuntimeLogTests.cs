using System.Text.Json;
using Bulwark.Cli.OciRuntime;

namespace Bulwark.Cli.Tests.OciRuntime;

public sealed class RuntimeLogTests
{
    private static readonly DateTimeOffset s_time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_line_is_what_containerd_looks_for_in_the_log_of_a_runtime()
    {
        using var line = JsonDocument.Parse(RuntimeLog.Line("error", "\"quoted\"\nand more", s_time, json: true));

        Assert.Equal("error", line.RootElement.GetProperty("level").GetString());
        Assert.Equal("\"quoted\"\nand more", line.RootElement.GetProperty("msg").GetString());
        Assert.Equal(s_time, line.RootElement.GetProperty("time").GetDateTimeOffset());
    }

    [Fact]
    public void A_line_of_text_is_like_runcs_own() =>
        Assert.Equal("time=\"2026-01-02T03:04:05Z\" level=warning msg=\"not yet\"", RuntimeLog.Line("warning", "not yet", s_time, json: false));
}
