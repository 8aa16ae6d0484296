using Bulwark.Server.Configuration;

namespace Bulwark.Server.Tests.Configuration;

public sealed class ConfigurationFileTests
{
    [Fact]
    public void Without_a_file_everything_has_its_default() =>
        Assert.Equal(new ServerOptions(), ConfigurationFile.Load("/nonexistent/bulwark.json"));

    [Fact]
    public void Every_setting_can_be_set_and_comments_are_fine()
    {
        var options = ConfigurationFile.Parse(
            """
            {
              // Where things are.
              "dataDirectory": "/data", "socket": "/run/x.sock", "group": "ops", "auto": false, "events": 500, "activity": "7d", "outside": "2d", "queue": 100,
              "learning": {
                "interval": "5s", "minimumTime": "1h30m", "minimumIntervals": 2, "minimumSightings": 3, "maximumUnseen": 0.5,
                "confidence": 0.9, "auditTime": "30s", /* the end */
              },
            }
            """);
        Assert.Equal(new ServerOptions
        {
            DataDirectory = "/data",
            Socket = "/run/x.sock",
            Group = "ops",
            Auto = false,
            Events = 500,
            Activity = TimeSpan.FromDays(7),
            Outside = TimeSpan.FromDays(2),
            Queue = 100,
            Learning = new()
            {
                Interval = TimeSpan.FromSeconds(5),
                MinimumTime = TimeSpan.FromMinutes(90),
                MinimumIntervals = 2,
                MinimumSightings = 3,
                MaximumUnseen = 0.5,
                Confidence = 0.9,
                AuditTime = TimeSpan.FromSeconds(30),
            },
        }, options);
    }

    [Theory]
    [InlineData("""{ "colour": 1 }""", "\"colour\" is not a setting")]
    [InlineData("""{ "learning": { "speed": 1 } }""", "\"learning.speed\" is not a setting")]
    [InlineData("""{ "learning": { "interval": 10 } }""", "\"learning.interval\" is 10, but must be a duration")]
    [InlineData("""{ "learning": { "interval": "1ms" } }""", "at least 1 second")]
    [InlineData("""{ "auto": "yes" }""", "\"auto\" is \"yes\", but must be true or false")]
    [InlineData("""{ "auto": true, "auto": false }""", "there twice")]
    [InlineData("[]", "must be an object")]
    public void What_is_wrong_is_named(string text, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse(text)).Message, StringComparison.Ordinal);
}
