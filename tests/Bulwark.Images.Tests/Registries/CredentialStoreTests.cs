using System.Text;
using Bulwark.Images.Registries;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Registries;

public sealed class CredentialStoreTests : IDisposable
{
    private const string Secret = "do-not-show-me";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("registry.example.com/a/b", """{"auths":{"registry.example.com":{"auth":"AUTH"}}}""")]
    [InlineData("registry.example.com/a/b", """{"auths":{"https://registry.example.com/v1/":{"auth":"AUTH"}}}""")]
    [InlineData("registry.example.com:5000/a/b", """{"auths":{"registry.example.com:5000":{"auth":"AUTH"}}}""")]
    [InlineData("registry.example.com/a/b", """{"auths":{"registry.example.com/a":{"auth":"AUTH"},"registry.example.com":{"auth":"bm90Om1l"}}}""")]
    [InlineData("registry.example.com/a/b", """{"auths":{"registry.example.com":{"username":"anna","password":"do-not-show-me"}}}""")]
    [InlineData("debian", """{"auths":{"https://index.docker.io/v1/":{"auth":"AUTH"}}}""")]
    public async Task Credentials_are_found_where_Docker_and_podman_keep_them(string image, string file)
    {
        var found = await FindAsync(image, file.Replace("AUTH", Convert.ToBase64String(Encoding.UTF8.GetBytes($"anna:{Secret}")), StringComparison.Ordinal));

        Assert.Equal(new Credentials("anna", Secret, false), found);
        Assert.DoesNotContain(Secret, found!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"auths":{"other.example.com":{"auth":"YTpi"}}}""")]
    [InlineData("""{"auths":{"example.com":{"auth":"YTpi"},"registry.example.com.evil.example":{"auth":"YTpi"}}}""")]
    [InlineData("""{"auths":{"registry.example.com":{}}}""")]
    [InlineData("""{"auths":{"registry.example.com":null}}""")]
    [InlineData("{}")]
    public async Task Another_registrys_credentials_are_nobodys(string file) => Assert.Null(await FindAsync("registry.example.com/a/b", file));

    [Fact]
    public async Task An_identity_token_is_one() =>
        Assert.Equal(new Credentials("", Secret, true), await FindAsync("registry.example.com/a", $$$"""{"auths":{"registry.example.com":{"auth":"YTpi","identitytoken":"{{{Secret}}}"} }}"""));

    [Fact]
    public async Task A_damaged_entry_is_told_without_its_content()
    {
        var exception = await Assert.ThrowsAsync<RegistryException>(() => FindAsync("registry.example.com/a", """{"auths":{"registry.example.com":{"auth":"do-not-show-me!"}}}"""));
        Assert.DoesNotContain("do-not-show-me", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_JSON_is_told_without_its_content()
    {
        var exception = await Assert.ThrowsAsync<RegistryException>(() => FindAsync("registry.example.com/a", Secret));
        Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_helper_is_asked_on_its_standard_input_and_tells_on_its_standard_output()
    {
        using var helper = new Helper($$"""
            #!/bin/sh
            [ "$*" = get ] || exit 1
            server=$(cat)
            [ "$server" = registry.example.com ] || exit 1
            echo '{"ServerURL":"registry.example.com","Username":"anna","Secret":"{{Secret}}"}'
            """);

        Assert.Equal(new Credentials("anna", Secret, false), await FindAsync("registry.example.com/a", $$$"""{"credHelpers":{"registry.example.com":"{{{helper.Name}}}"}}"""));
        Assert.Null(await FindAsync("other.example.com/a", $$"""{"credsStore":"{{helper.Name}}"}"""));
    }

    [Fact]
    public async Task A_helpers_token_is_no_password()
    {
        using var helper = new Helper($$"""
            #!/bin/sh
            echo '{"Username":"<token>","Secret":"{{Secret}}"}'
            """);

        Assert.True((await FindAsync("registry.example.com/a", $$"""{"credsStore":"{{helper.Name}}"}"""))!.IsToken);
    }

    [Theory]
    [InlineData("../../bin/sh")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("no-such-helper-anywhere")]
    public async Task What_is_no_helper_is_not_run(string name)
    {
        var config = $$$"""{"credHelpers":{"registry.example.com":"{{{name}}}"}}""";
        if (name.Length == 0)
            Assert.Null(await FindAsync("registry.example.com/a", config));
        else
            await Assert.ThrowsAsync<RegistryException>(() => FindAsync("registry.example.com/a", config));
    }

    [Fact]
    public void Files_are_where_the_environment_says()
    {
        static string? Variables(string name) => name switch { "HOME" => "/home/anna", "XDG_RUNTIME_DIR" => "/run/user/1", _ => null };

        Assert.Equal(["/home/anna/.docker/config.json", "/run/user/1/containers/auth.json"], RegistryOptions.CredentialFilesOf(Variables));
        Assert.Equal(["/auth", "/docker/config.json"], RegistryOptions.CredentialFilesOf(name => name switch { "REGISTRY_AUTH_FILE" => "/auth", "DOCKER_CONFIG" => "/docker", _ => null }));
    }

    private Task<Credentials?> FindAsync(string image, string file) =>
        new CredentialStore([Path.Combine(_directory.Path, "none"), _directory.Write("config.json", file)]).FindAsync(ImageReference.Parse(image)!, CancellationToken.None);

    /// <summary>A credential helper on the path of this process, under a name of its own.</summary>
    private sealed class Helper : IDisposable
    {
        private static readonly Lock s_path = new();
        private readonly TemporaryDirectory _directory = new();

        public Helper(string script)
        {
            var file = _directory.Write($"docker-credential-{Name}", script + "\n");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            lock (s_path)
                Environment.SetEnvironmentVariable("PATH", $"{Environment.GetEnvironmentVariable("PATH")}:{_directory.Path}");
        }

        public string Name { get; } = $"test-{Guid.NewGuid():N}";

        public void Dispose() => _directory.Dispose();
    }
}
