using Bulwark.Images.Registries;
using CsCheck;

namespace Bulwark.Images.Tests.Registries;

public sealed class ImageReferenceTests
{
    private const string Sha = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("debian", "docker.io/library/debian:latest")]
    [InlineData("shop/web", "docker.io/shop/web:latest")]
    [InlineData("registry.example.com/app:1", "registry.example.com/app:1")]
    [InlineData("localhost/app", "localhost/app:latest")]
    [InlineData("registry:5000/a/b/c:v1.2-rc_3", "registry:5000/a/b/c:v1.2-rc_3")]
    [InlineData("[::1]:5000/app:1", "[::1]:5000/app:1")]
    [InlineData("index.docker.io/shop/web:1", "docker.io/shop/web:1")]
    [InlineData("registry.example.com/app@" + Sha, "registry.example.com/app@" + Sha)]
    [InlineData("registry.example.com/app:1@" + Sha, "registry.example.com/app:1@" + Sha)]
    public void It_is_read_as_Docker_reads_it(string text, string expected) => Assert.Equal(expected, ImageReference.Parse(text)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("UPPER/case")]
    [InlineData("registry.example.com/../../etc/passwd")]
    [InlineData("registry.example.com/a//b")]
    [InlineData("registry.example.com/a?x=1")]
    [InlineData("registry.example.com/a#x")]
    [InlineData("user:secret@registry.example.com/a")]
    [InlineData("registry.example.com:port/a")]
    [InlineData("registry.example.com/a:")]
    [InlineData("registry.example.com/a:-x")]
    [InlineData("registry.example.com/a@sha256:abc")]
    [InlineData("registry.example.com/a@md5:0123")]
    [InlineData("registry.example.com/a%2f..")]
    public void What_is_no_name_of_an_image_is_none(string text) => Assert.Null(ImageReference.Parse(text));

    [Fact]
    public void Whatever_is_typed_becomes_an_address_of_that_host_or_nothing() => Gen.String[Gen.Char["ab0.:/@-_[]%?#\\ \u00e9\n"], 0, 40].Sample(text =>
    {
        if (ImageReference.Parse(text) is not { } image)
            return true;
        var address = RegistryEndpoint.Of("https", image.ApiHost).Manifest(image.Repository, image.Wanted);
        return address.UserInfo.Length == 0 && address.Query.Length == 0 && address.Fragment.Length == 0
            && address.AbsolutePath == $"/v2/{image.Repository}/manifests/{image.Wanted}" && ImageReference.Parse(image.ToString()) == image;
    });

    [Theory]
    [InlineData("https://mirror.example", "docker.io", "https://mirror.example/v2/")]
    [InlineData("registry.example.com=https://mirror.example/below/", "registry.example.com", "https://mirror.example/below/v2/")]
    [InlineData("http://127.0.0.1:5000", "docker.io", "http://127.0.0.1:5000/v2/")]
    public void A_mirror_is_for_Docker_Hub_unless_it_says_for_whom(string text, string host, string address)
    {
        var mirror = RegistryMirror.Parse(text)!;
        Assert.Equal((host, address), (mirror.Host, RegistryEndpoint.Of(mirror).Base.AbsoluteUri));
    }

    [Theory]
    [InlineData("mirror.example")]
    [InlineData("http://mirror.example")]
    [InlineData("https://user:secret@mirror.example")]
    [InlineData("=https://mirror.example")]
    [InlineData("ftp://mirror.example")]
    public void What_is_no_mirror_or_not_encrypted_is_none(string text) => Assert.Null(RegistryMirror.Parse(text));
}
