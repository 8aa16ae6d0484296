using Bulwark.Images.Registries;
using CsCheck;

namespace Bulwark.Images.Tests.Registries;

public sealed class AuthenticationChallengeTests
{
    [Fact]
    public void A_challenge_is_read_as_its_specification_shows_it()
    {
        var challenge = AuthenticationChallenge.Parse(
            "Bearer", """realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:samalba/my-app:pull,push" """)!;

        Assert.True(challenge.IsBearer);
        Assert.Equal("https://auth.docker.io/token", challenge.Parameter("realm"));
        Assert.Equal("registry.docker.io", challenge.Parameter("SERVICE"));
        Assert.Equal("repository:samalba/my-app:pull,push", challenge.Parameter("scope"));
    }

    [Theory]
    [InlineData("""realm="a \"quoted\" \\ word" """, """a "quoted" \ word""")]
    [InlineData("""realm = plain , service=x""", "plain")]
    [InlineData("""realm="first",realm="second" """, "first")]
    [InlineData("""service=x""", "")]
    public void Parameters_may_be_quoted_or_not(string parameters, string realm) => Assert.Equal(realm, AuthenticationChallenge.Parse("Basic", parameters)!.Parameter("realm"));

    [Theory]
    [InlineData("realm=\"no end")]
    [InlineData("realm=\"ends with a stroke\\")]
    public void A_quote_without_an_end_is_no_challenge(string parameters) => Assert.Null(AuthenticationChallenge.Parse("Basic", parameters));

    [Fact]
    public void Whatever_a_server_writes_is_read_without_failing() =>
        Gen.String[Gen.Char["ab=\",\\ \t\u0000"], 0, 200].Sample(text => AuthenticationChallenge.Parse("Bearer", text) is null or { Parameters.Count: <= 32 });
}
