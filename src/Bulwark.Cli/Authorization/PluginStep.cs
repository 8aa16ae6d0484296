using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Authorization;

/// <summary>What to do about a question of Docker's.</summary>
/// <param name="Refusal">Why it is refused at once; empty if it is not.</param>
/// <param name="Request">What the server has to be asked; null if nothing.</param>
internal sealed record PluginStep(string Refusal, AuthorizeRequest? Request)
{
    /// <summary>There is nothing to judge.</summary>
    public static readonly PluginStep Allow = new("", null);

    public static PluginStep Refuse(string reason) => new($"Bulwark refuses this, because {reason}.", null);

    public static PluginStep Ask(AuthorizeRequest request) => new("", request);
}
