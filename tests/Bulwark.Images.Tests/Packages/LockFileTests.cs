using System.Text;
using Bulwark.Images.Archives;
using Bulwark.Images.Packages.Languages;
using Bulwark.Images.Packages.Projects;
using Bulwark.Images.Tests.Harness;
using CsCheck;

namespace Bulwark.Images.Tests.Packages;

public sealed class LockFileTests
{
    [Theory]
    [InlineData("package-lock.json", """{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","dependencies":{"b":{"version":"2.0.0"}}},"c":{"version":"npm:real@3.0.0"},"g":{"version":"git+ssh://git@x/g.git#abc"}}}""", "a 1.0.0", "b 2.0.0", "real 3.0.0")]
    [InlineData("package-lock.json", """{"lockfileVersion":3,"packages":{"":{"name":"shop","version":"9.9.9"},"node_modules/a":{"version":"1.0.0"},"node_modules/a/node_modules/@s/b":{"version":"2.0.0"},"apps/own":{"version":"1.0.0"},"node_modules/own":{"link":true}}}""", "@s/b 2.0.0", "a 1.0.0")]
    [InlineData("yarn.lock", "# yarn lockfile v1\n\n\"@s/a@^1.0.0\", \"@s/a@~1\":\n  version \"1.0.2\"\n  resolved \"https://x\"\n  dependencies:\n    version \"^9\"\n\nb@npm:c@^2:\n  version \"2.1.0\"\n", "@s/a 1.0.2", "c 2.1.0")]
    [InlineData("yarn.lock", "__metadata:\n  version: 6\n\n\"a@npm:^1.0.0\":\n  version: 1.0.2\n  resolution: \"a@npm:1.0.2\"\n\n\"shop@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"shop@workspace:.\"\n", "a 1.0.2")]
    [InlineData("pnpm-lock.yaml", "lockfileVersion: 5.4\n\ndependencies:\n  a: 1.0.0\n\npackages:\n\n  /a/1.0.0_b@2.0.0:\n    resolution: {integrity: x}\n    dependencies:\n      name: 3\n\n  /@s/c/2.0.0:\n    dev: false\n\n  github.com/x/y/abc:\n    name: y\n    version: 3.0.0\n", "@s/c 2.0.0", "a 1.0.0", "y 3.0.0")]
    [InlineData("pnpm-lock.yaml", "lockfileVersion: '9.0'\n\npackages:\n\n  '@s/a@1.0.0':\n    resolution: {integrity: x}\n\n  b@2.0.0(c@1):\n    resolution: {integrity: x}\n\nsnapshots:\n\n  '@s/a@1.0.0': {}\n", "@s/a 1.0.0", "b 2.0.0")]
    [InlineData("poetry.lock", "[[package]]\nname = \"Django\"\nversion = \"4.2.1\"\n\n[package.dependencies]\nname = \"nothing\"\n\n[metadata]\nversion = \"1\"\n", "Django 4.2.1")]
    [InlineData("Cargo.lock", "version = 3\n\n[[package]]\nname = \"syn\"\nversion = \"1.0.73\"\nsource = \"registry+https://x\"\ndependencies = [\n \"a\",\n]\n\n[[package]] # again\nname = 'syn'\nversion = '2.0.0'\n", "syn 1.0.73", "syn 2.0.0")]
    [InlineData("Pipfile.lock", """{"_meta":{},"default":{"django":{"version":"==4.2.1"},"own":{"path":"."}},"develop":{"pytest":{"version":"==7"}}}""", "django 4.2.1", "pytest 7")]
    [InlineData("requirements.txt", "# x\nDjango==4.2.1 # why\nuvicorn[standard] == 0.22 ; python_version > '3'\n-r other.txt\nflask>=2\nrequests==2.*\na==1 \\\n  --hash=sha256:00\n", "Django 4.2.1", "a 1", "uvicorn 0.22")]
    [InlineData("Gemfile.lock", "GEM\n  remote: https://x/\n  specs:\n    nokogiri (1.13.3-x86_64-linux)\n      racc (~> 1.4)\n    racc (1.6.0)\n\nDEPENDENCIES\n  nokogiri (1)\n", "nokogiri 1.13.3", "racc 1.6.0")]
    [InlineData("go.mod", "module x\n\ngo 1.21\n\nrequire github.com/a/b v1.0.0\n\nrequire (\n\tgolang.org/x/net v0.5.0 // indirect\n\texample.com/own v1.0.0\n)\n\nreplace golang.org/x/net => example.com/fork v1.2.3\nreplace example.com/own => ../own\n", "example.com/fork v1.2.3", "github.com/a/b v1.0.0")]
    [InlineData("packages.lock.json", """{"version":1,"dependencies":{"net6.0":{"A.B":{"type":"Direct","resolved":"1.0.0"},"Own":{"type":"Project"}}}}""", "A.B 1.0.0")]
    [InlineData("gradle.lockfile", "# x\norg.a:b:1.0=compileClasspath,runtimeClasspath\nempty=annotationProcessor\n", "org.a:b 1.0")]
    [InlineData("composer.lock", """{"packages":[{"name":"symfony/http-kernel","version":"v5.4.1"}],"packages-dev":[{"name":"phpunit/phpunit","version":"9.5"}]}""", "phpunit/phpunit 9.5", "symfony/http-kernel 5.4.1")]
    [InlineData("pom.xml", """<project xmlns="http://maven.apache.org/POM/4.0.0"><parent><version>7</version></parent><properties><v>1.${w}</v><w>2</w></properties><dependencyManagement><dependencies><dependency><groupId>m</groupId><artifactId>a</artifactId><version>3</version></dependency></dependencies></dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>${v}</version></dependency><dependency><groupId>m</groupId><artifactId>a</artifactId></dependency><dependency><groupId>p</groupId><artifactId>a</artifactId><version>${project.version}</version></dependency><dependency><groupId>r</groupId><artifactId>a</artifactId><version>[1,2)</version></dependency></dependencies></project>""", "g:a 1.2", "m:a 3", "p:a 7")]
    public void A_lock_file_names_what_will_be_installed(string name, string text, params string[] expected) => Assert.Equal(expected, Cases.Names(Parse(name, text).Packages));

    [Theory]
    [InlineData("requirements.txt", "flask>=2\nrequests\n", 2)]
    [InlineData("Pipfile.lock", """{"default":{"own":{"path":"."}}}""", 1)]
    [InlineData("go.mod", "module x\ngo 1.16\nrequire a.b/c v1.0.0\n", 1)]
    [InlineData("pom.xml", "<project><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId></dependency></dependencies></project>", 1)]
    [InlineData("pom.xml", "<project><properties><a>${b}</a><b>${a}</b></properties><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>${a}</version></dependency></dependencies></project>", 1)]
    public void What_has_no_sure_version_is_counted(string name, string text, int open) => Assert.Equal(open, Parse(name, text).Open);

    [Theory]
    [InlineData("package-lock.json", "not")]
    [InlineData("Pipfile.lock", "[")]
    [InlineData("pom.xml", "<a>")]
    [InlineData("pom.xml", "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><project>&a;</project>")]
    [InlineData("go.mod", "not")]
    public void What_is_no_lock_file_is_told(string name, string text) => Assert.Throws<ArchiveException>(() => Parse(name, text));

    // Where the others do it differently, and why.
    private static readonly Dictionary<string, string> s_otherwise = new()
    {
        ["files.v2.json"] = "a folder of the project's own",
        ["package-lock.json"] = "two lock files beside each other are both read",
        ["package-lock_v3_with_workspace.json"] = "the project's own packages",
        ["package-lock_v3_with_workspace_as_object.json"] = "the project's own packages",
        ["package-lock_v3_without_root_deps_field.json"] = "the project's own packages",
        ["exclude-root.v2.lock"] = "the project's own packages",
        ["uv_normal.lock"] = "the project itself",
        ["pnpm-lock_with_dev.yaml"] = "what is only needed to develop is left out there",
        ["pnpm-lock_v6_with_dev.yaml"] = "what is only needed to develop is left out there",
        ["pnpm-lock_many.yaml"] = "what is only needed to develop is left out there",
        ["pnpm-lock_v9_multiple_documents.yaml"] = "what pnpm itself consists of is left out there",
        ["requirements_compatible.txt"] = "~=1.2 is no sure version",
        ["yarn_v2_happy.lock"] = "a patched package is that package",
        ["yarn_with_local.lock"] = "a local package has a name and a version",
        ["yarn_with_bad_protocol.lock"] = "what protocol it came by does not matter",
        ["interpolation.xml"] = "a range is no sure version",
        ["with-parent.xml"] = "the parent is not fetched",
        ["profiles.xml"] = "profiles are not followed",
        ["multi-version.xml"] = "both versions are listed",
    };

    [Theory]
    [InlineData("scalibr/javascript-packagelockjson", "package-lock.json")]
    [InlineData("trivy/nodejs-npm", "package-lock.json")]
    [InlineData("scalibr/javascript-yarnlock", "yarn.lock")]
    [InlineData("trivy/nodejs-yarn", "yarn.lock")]
    [InlineData("scalibr/javascript-pnpmlock", "pnpm-lock.yaml")]
    [InlineData("trivy/nodejs-pnpm", "pnpm-lock.yaml")]
    [InlineData("scalibr/python-poetrylock", "poetry.lock")]
    [InlineData("trivy/python-poetry", "poetry.lock")]
    [InlineData("trivy/python-uv", "uv.lock")]
    [InlineData("scalibr/python-pipfilelock", "Pipfile.lock")]
    [InlineData("trivy/python-pipenv", "Pipfile.lock")]
    [InlineData("trivy/python-pip", "requirements.txt")]
    [InlineData("scalibr/ruby-gemfilelock", "Gemfile.lock")]
    [InlineData("trivy/ruby-bundler", "Gemfile.lock")]
    [InlineData("scalibr/rust-cargolock", "Cargo.lock")]
    [InlineData("trivy/rust-cargo", "Cargo.lock")]
    [InlineData("scalibr/golang-gomod", "go.mod")]
    [InlineData("scalibr/dotnet-packageslockjson", "packages.lock.json")]
    [InlineData("trivy/nuget-lock", "packages.lock.json")]
    [InlineData("scalibr/java-gradlelockfile", "gradle.lockfile")]
    [InlineData("trivy/gradle-lockfile", "gradle.lockfile")]
    [InlineData("scalibr/php-composerlock", "composer.lock")]
    [InlineData("trivy/php-composer", "composer.lock")]
    [InlineData("scalibr/java-pomxml", "pom.xml")]
    public void Other_scanners_find_the_same_in_the_same_files(string folder, string name)
    {
        // What has no version is no package here, and Go's own library is known from programs only.
        static bool Counts(string package) => !package.EndsWith(' ') && !package.StartsWith("stdlib ", StringComparison.Ordinal);
        var wrong = new List<string>();
        foreach (var (id, input, expected, _) in SharedData.IsHere ? Cases.Of(folder).Where(item => !s_otherwise.ContainsKey(Path.GetFileName(item.Input))) : [])
        {
            var found = Cases.Names(LockFiles.Parse(name, File.ReadAllBytes(input)).Packages.Distinct()).Select(package => package.Replace(" v", " ", StringComparison.Ordinal)).Distinct().ToList();
            var wanted = expected.Where(Counts).Select(package => package.Replace(" v", " ", StringComparison.Ordinal)).Distinct().ToList();
            if (!wanted.Order(StringComparer.Ordinal).SequenceEqual(found.Order(StringComparer.Ordinal)))
                wrong.Add($"{id} {Path.GetFileName(input)}: lacks [{string.Join(", ", wanted.Except(found))}], has [{string.Join(", ", found.Except(wanted))}]");
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Composers_list_of_what_is_installed_is_read_in_both_forms()
    {
        const string one = """[{"name":"twig/twig","version":"v2.1.0"}]""";

        Assert.Equal(["twig/twig 2.1.0"], Installed(one));
        Assert.Equal(["twig/twig 2.1.0"], Installed($$"""{"packages":{{one}},"dev":true}"""));
    }

    [Fact]
    public void What_others_developed_with_is_not_what_a_project_is_built_from()
    {
        const string lockFile = """{"dependencies":{"a":{"version":"1"}}}""";
        var layer = Reading.Layer(new Tar().File("shop/package-lock.json", lockFile).File("shop/node_modules/b/package-lock.json", lockFile).ToArray(), null, new LockFiles());

        Assert.Equal(["shop/package-lock.json"], layer.Packages.Keys);
    }

    [Fact]
    public void No_text_makes_a_parser_fail_or_run_on()
    {
        string[] names = ["package-lock.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "Pipfile.lock", "requirements.txt", "Gemfile.lock", "go.mod", "packages.lock.json", "gradle.lockfile", "pom.xml", "composer.lock"];
        string[] words = ["{", "}", "[", "]", "\"", ":", ",", "\n", "  ", "packages", "dependencies", "version", "name", "@", "/", "1.0", "=", "<", ">", "</", "project", "${a}", "require", "(", ")", "\\\n", "[[package]]", "\0", "\uFEFF"];
        Gen.Select(Gen.Int[0, names.Length - 1], Gen.Int[0, words.Length - 1].Array[0, 200]).Sample((name, text) =>
        {
            try
            {
                return Parse(names[name], string.Concat(text.Select(word => words[word]))).Packages.Count <= 200;
            }
            catch (ArchiveException)
            {
                return true;
            }
        });
        // Nesting that would end a process if a parser called itself for each level.
        Assert.Throws<ArchiveException>(() => Parse("package-lock.json", string.Concat(Enumerable.Repeat("""{"dependencies":{"a":""", 100_000))));
        Assert.Throws<ArchiveException>(() => Parse("pom.xml", string.Concat(Enumerable.Repeat("<project>", 100_000))));
    }

    private static LockedPackages Parse(string name, string text) => LockFiles.Parse(name, Encoding.UTF8.GetBytes(text));

    private static List<string> Installed(string text) => Cases.Names(Reading.Layer(
        new Tar().File("app/vendor/composer/installed.json", text).ToArray(), null, new ComposerPackages()).Packages.SelectMany(item => item.Value));
}
