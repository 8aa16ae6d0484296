namespace Bulwark.Images.Registries;

/// <summary>What a registry knows us by.</summary>
/// <param name="User">Empty when <paramref name="Secret"/> is an identity token.</param>
/// <param name="IsToken">Whether the secret is an identity token: to be exchanged, never sent as a password.</param>
internal sealed record Credentials(string User, string Secret, bool IsToken)
{
    /// <summary>Shows no secret, wherever it may be written.</summary>
    public override string ToString() => IsToken ? "an identity token" : $"the password of {User}";
}
