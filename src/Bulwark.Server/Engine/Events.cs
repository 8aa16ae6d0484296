using Bulwark.Server.Api.Contracts;

namespace Bulwark.Server.Engine;

/// <summary>Makes events that are no verdicts.</summary>
internal static class Events
{
    public const string Verdict = "verdict";
    public const string Mode = "mode";
    public const string Allow = "allow";
    public const string Forget = "forget";
    public const string Lost = "lost";
    public const string Notice = "notice";
    public const string Authorization = "authorization";

    public static EventReport Make(DateTimeOffset time, string kind, string workload, string message, string hint = "") => new(
        0, time.ToUniversalTime(), kind, null, "", workload, "", "", "", "", "", "", 0, 0, message, hint);
}
