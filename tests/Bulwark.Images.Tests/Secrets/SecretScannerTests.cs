using System.Text;
using Bulwark.Images.Secrets;
using CsCheck;

namespace Bulwark.Images.Tests.Secrets;

public sealed class SecretScannerTests
{
    // Made up, of the form that their issuers document, and put together here so that no scanner of this repository takes them for real.
    private const string Random = "k3Jd9fLq2ZpXw7Vb1NcT8mRs5Yh0GuEa6Ki4Ob2PdQ";

    public static TheoryData<string, string> Real => new()
    {
        { "secret/github-token", $"url = https://x:{"ghp_"}{Random[..36]}@github.com" },
        { "secret/gitlab-token", $"token: {"glpat-"}{Random[..20]}" },
        { "secret/aws-access-key", $"{"AKIA"}J5K7Q2WZ3X4VB6NM" },
        { "secret/aws-secret-key", $"aws_secret_access_key = {Random[..40]}" },
        { "secret/slack-token", $"{"xoxb"}-489120375512-{Random[..24]}" },
        { "secret/google-api-key", $"key={"AIza"}{Random[..35]}" },
        { "secret/stripe-key", $"{"sk_live"}_{Random[..24]}" },
        { "secret/npm-token", $"//packages.example.com/:_authToken={Random[..36]}" },
        { "secret/docker-login", $$"""{"auths":{"r.example":{"auth":"{{Random[..32]}}"} } }""" },
        { "secret/private-key", $"-----BEGIN {"RSA"} PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n{Random}{Random}\n-----END" },
        { "secret/private-key", $"-----BEGIN {"PRIVATE"} KEY-----\\n{Random}{Random}\\n-----END" },
    };

    [Theory]
    [MemberData(nameof(Real))]
    public void A_secret_is_found_in_any_file_and_shown_nowhere(string rule, string text)
    {
        var match = Assert.Single(SecretScanner.Find($"before\n{text}\nafter", isAssignment: false));

        Assert.Equal(rule, match.Rule.Id);
        Assert.DoesNotContain(Random[8..16], match.Masked, StringComparison.Ordinal);
        Assert.DoesNotContain(Random[8..16], SecretScanner.Redact($"RUN echo {text}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secret/assigned", "DB_PASSWORD=Tr0ub4dor-and-3")]
    [InlineData("secret/assigned", "|1 API_TOKEN=k3Jd9fLq2Zp /bin/sh -c make")]
    [InlineData("secret/url-password", "DATABASE_URL=postgres://web:Zx81-spectrum@db/shop")]
    public void What_an_environment_assigns_is_found_there_and_only_there(string rule, string text)
    {
        Assert.Equal(rule, SecretScanner.Find(text, isAssignment: true).Single().Rule.Id);
        Assert.Empty(SecretScanner.Find(text, isAssignment: false));
    }

    [Theory]
    [InlineData("AKIAIOSFODNN7EXAMPLE")]
    [InlineData("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")]
    [InlineData("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----")]
    [InlineData("DB_PASSWORD=changeme")]
    [InlineData("DB_PASSWORD=${DB_PASSWORD}")]
    [InlineData("POSTGRES_PASSWORD_FILE=/run/secrets/db")]
    [InlineData("DB_PASSWORD=/run/secrets/db-9f3k2")]
    [InlineData("TOKEN_URL=")]
    [InlineData("URL=https://user:password@host/")]
    [InlineData("PATH=/usr/local/bin:/usr/bin")]
    [InlineData("GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568")]
    [InlineData("PYTHON_SHA256=3a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9")]
    public void An_example_a_reference_and_a_checksum_are_no_secrets(string text)
    {
        Assert.Empty(SecretScanner.Find(text, isAssignment: true));
        Assert.Equal(text, SecretScanner.Redact(text));
    }

    [Fact]
    public void A_secret_is_found_wherever_it_stands_in_a_long_text() => Gen.Int[0, 5000].Sample(before =>
    {
        var text = new string('.', before) + $" {"glpat-"}{Random[..20]} " + new string('.', 3000);
        return SecretScanner.Find(text, isAssignment: false) is [{ Start: var start }] && start == before + 1;
    }, iter: 200);

    [Fact]
    public void In_a_file_of_any_length_the_same_secrets_are_found_as_in_its_text() => Gen.Int[0, 200_000].Array[1, 8].Sample(places =>
    {
        var text = new StringBuilder(new string('.', 210_000));
        foreach (var (place, secret) in places.Select(place => (place, $" {"glpat-"}{Random[..20]} ")).Append((205_000, $"\nDB_PASSWORD={Random[..16]}\n")))
            text.Remove(place, secret.Length).Insert(place, secret);

        foreach (var isAssignment in (bool[])[false, true])
            Assert.Equal(SecretScanner.Find(text.ToString(), isAssignment), SecretScanner.FindInBytes(Encoding.Latin1.GetBytes(text.ToString()), isAssignment));
    }, iter: 300);

    [Fact]
    public void A_text_full_of_keywords_takes_time_in_proportion_to_its_length()
    {
        var text = string.Concat(Enumerable.Repeat("AKIA ghp_ -----BEGIN PRIVATE KEY-----\n\"auth\": ", 40_000));
        var started = TimeProvider.System.GetTimestamp();

        SecretScanner.Find(text, isAssignment: true);

        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0, 10);
    }

    [Fact]
    public void A_key_in_a_history_line_is_masked_to_its_end()
    {
        var key = string.Concat(Enumerable.Repeat(Random, 60));

        Assert.Equal(
            $"RUN echo '-----BEGIN {"PRIVATE"} KEY-----\\n****-----END PRIVATE KEY-----' > k",
            SecretScanner.Redact($"RUN echo '-----BEGIN {"PRIVATE"} KEY-----\\n{key}-----END PRIVATE KEY-----' > k"));
    }
}
