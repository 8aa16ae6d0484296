using System.Text.RegularExpressions;
using Bulwark.Images.Advisories;

namespace Bulwark.Images.Secrets;

/// <summary>
/// The secrets that are looked for. Each has a form that its issuer documents, so that a hit is nearly always right; words like
/// "password = …" in any file are left alone, as nearly all of those are examples.
/// </summary>
internal static partial class SecretRules
{
    public const string PrivateKeyId = "secret/private-key";

    /// <summary>In every text file, and in the configuration.</summary>
    public static readonly SecretRule[] Everywhere =
    [
        new(PrivateKeyId, "a private key", Severity.High, ["-----BEGIN"], PrivateKey()),
        new("secret/aws-access-key", "an AWS access key", Severity.High, ["AKIA", "ASIA"], AwsAccessKey(), 3, 4),
        new("secret/aws-secret-key", "an AWS secret key", Severity.Critical, ["aws_secret", "awssecret", "secret_access_key", "secretaccesskey"], AwsSecretKey(), 4) { Comparison = StringComparison.OrdinalIgnoreCase },
        new("secret/github-token", "a GitHub token", Severity.Critical, ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"], GitHubToken(), 3, 4),
        new("secret/gitlab-token", "a GitLab token", Severity.Critical, ["glpat-"], GitLabToken(), 3, 6),
        new("secret/slack-token", "a Slack token", Severity.High, ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-"], SlackToken(), 3, 5),
        new("secret/slack-webhook", "a Slack webhook", Severity.Medium, ["hooks.slack.com/services/"], SlackWebhook(), 3),
        new("secret/google-api-key", "a Google API key", Severity.Medium, ["AIza"], GoogleApiKey(), 4, 4),
        new("secret/stripe-key", "a Stripe key for real money", Severity.Critical, ["sk_live_", "rk_live_"], StripeKey(), 3, 8),
        new("secret/npm-token", "an npm token", Severity.Critical, ["npm_", "_authToken"], NpmToken(), 3),
        new("secret/pypi-token", "a PyPI token", Severity.Critical, ["pypi-AgEIcHlwaS5vcmc"], PyPiToken(), 3, 5),
        new("secret/docker-login", "a login to a registry", Severity.High, ["\"auth\""], DockerLogin(), 2.5),
    ];

    /// <summary>Only where a value is really used: the environment, build arguments, <c>.env</c> files.</summary>
    public static readonly SecretRule[] InAssignments =
    [
        new("secret/url-password", "a password in an address", Severity.High, ["://"], UrlPassword(), 2),
        new("secret/assigned", "a value whose name says that it is a secret", Severity.High,
            ["password", "passwd", "secret", "token", "apikey", "api_key", "access_key", "private_key", "credential"], Assigned(), 2.5) { Comparison = StringComparison.OrdinalIgnoreCase },
    ];

    [GeneratedRegex(@"-----BEGIN (?:RSA |EC |DSA |OPENSSH |PGP )?PRIVATE KEY(?: BLOCK)?-----(?:[\s\\nr]|[A-Za-z-]{1,20}: [^\r\n]{0,100}[\r\n]){0,12}(?<secret>[A-Za-z0-9+/]{40}[A-Za-z0-9+/=\s\\]*)")]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"(?<![A-Za-z0-9])(?<secret>(?:AKIA|ASIA)[A-Z2-7]{16})(?![A-Za-z0-9])")]
    private static partial Regex AwsAccessKey();

    [GeneratedRegex(@"(?i:aws)?_?(?i:secret)_?(?i:access)?_?(?i:key)[""'\s]{0,3}[:=][""'\s]{0,3}(?<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])")]
    private static partial Regex AwsSecretKey();

    [GeneratedRegex(@"(?<![A-Za-z0-9_])(?<secret>gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})(?![A-Za-z0-9])")]
    private static partial Regex GitHubToken();

    [GeneratedRegex(@"(?<![A-Za-z0-9_])(?<secret>glpat-[A-Za-z0-9_-]{20})(?![A-Za-z0-9_-])")]
    private static partial Regex GitLabToken();

    [GeneratedRegex(@"(?<![A-Za-z0-9])(?<secret>xox[abprs]-[0-9]{8,15}-[0-9A-Za-z-]{10,80})")]
    private static partial Regex SlackToken();

    [GeneratedRegex(@"hooks\.slack\.com/services/(?<secret>T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{24})")]
    private static partial Regex SlackWebhook();

    [GeneratedRegex(@"(?<![A-Za-z0-9_-])(?<secret>AIza[0-9A-Za-z_-]{35})(?![A-Za-z0-9_-])")]
    private static partial Regex GoogleApiKey();

    [GeneratedRegex(@"(?<![A-Za-z0-9_])(?<secret>[sr]k_live_[0-9A-Za-z]{24,99})(?![A-Za-z0-9])")]
    private static partial Regex StripeKey();

    [GeneratedRegex(@"(?<![A-Za-z0-9_])(?<secret>npm_[A-Za-z0-9]{36})(?![A-Za-z0-9])|:_authToken\s{0,3}=\s{0,3}""?(?<secret>[A-Za-z0-9_+/=-]{20,200})")]
    private static partial Regex NpmToken();

    [GeneratedRegex(@"(?<secret>pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,300})")]
    private static partial Regex PyPiToken();

    [GeneratedRegex(@"""auth""\s{0,9}:\s{0,9}""(?<secret>[A-Za-z0-9+/]{12,400}={0,2})""")]
    private static partial Regex DockerLogin();

    [GeneratedRegex(@"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@""'<>]{0,64}:(?<secret>[^\s/:@""'<>]{3,100})@[A-Za-z0-9\[]")]
    private static partial Regex UrlPassword();

    [GeneratedRegex(
        @"(?:^|[\s|;&""'])(?:export\s{1,3})?[A-Za-z0-9_]{0,60}(?i:password|passwd|secret|token|api_?key|access_?key|private_?key|credential)[A-Za-z0-9]{0,3}(?:_(?i:key|value|id|base))?\s{0,2}=\s{0,2}[""']?(?<secret>[^\s""']{8,400})",
        RegexOptions.Multiline)]
    private static partial Regex Assigned();
}
