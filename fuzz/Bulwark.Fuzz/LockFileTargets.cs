using System.Text;
using Bulwark.Images.Archives;
using Bulwark.Images.Packages.Projects;

namespace Bulwark.Fuzz;

/// <summary>Lock files of projects.</summary>
internal static class LockFileTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Of("package-lock.json", """{"lockfileVersion":3,"packages":{"":{"name":"x"},"node_modules/a":{"version":"1.0.0"},"node_modules/@b/c":{"name":"d","version":"2"}}}""",
            """{"dependencies":{"a":{"version":"1.0.0","dependencies":{"b":{"version":"npm:c@2"}}}}}"""),
        Of("yarn.lock", "# yarn lockfile v1\n\n\"@a/b@^1.0.0\", c@1:\n  version \"1.0.0\"\n  resolved \"x\"\n", "__metadata:\n  version: 6\n\n\"a@npm:^1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n"),
        Of("pnpm-lock.yaml", "lockfileVersion: '6.0'\n\npackages:\n\n  /@a/b@1.0.0(c@2):\n    resolution: {integrity: x}\n    name: d\n    version: 2\n\n  e@3.0.0: {}\n"),
        Of("poetry.lock", "[[package]]\nname = \"a\"\nversion = \"1\"\ndescription = \"\"\"x\n\"\"\"\n\n[metadata]\n"),
        Of("Cargo.lock", "version = 3\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"x\"\n"),
        Of("Pipfile.lock", """{"_meta":{},"default":{"a":{"version":"==1.0"}},"develop":{"b":{"version":"*"}}}"""),
        Of("requirements.txt", "a==1.0 ; python_version > '3'\nb[c]>=2\n-r x\nd==1 \\\n  --hash=sha256:x\n"),
        Of("Gemfile.lock", "GEM\n  remote: https://rubygems.org/\n  specs:\n    a (1.0)\n      b (>= 1)\n    b (2.0-x86_64-linux)\n\nPLATFORMS\n"),
        Of("go.mod", "module x\n\ngo 1.21\n\nrequire (\n\ta/b v1.0.0 // indirect\n)\nreplace a/b v1.0.0 => c/d v2.0.0\nreplace e => ../e\n"),
        Of("packages.lock.json", """{"version":1,"dependencies":{"net8.0":{"A":{"type":"Direct","resolved":"1.0.0"},"B":{"type":"Project"}}}}"""),
        Of("gradle.lockfile", "# x\na:b:1.0=compileClasspath\nempty=\n"),
        Of("pom.xml", "<project><groupId>g</groupId><properties><v>1</v></properties><dependencyManagement><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><version>${v}</version></dependency></dependencies></dependencyManagement><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId></dependency></dependencies></project>"),
        Of("composer.lock", """{"packages":[{"name":"a/b","version":"v1.0"}],"packages-dev":[]}"""),
    ];

    private static FuzzTarget Of(string name, params string[] seeds) =>
        new($"lock-{name}", input => Trial.Limit("packages", LockFiles.Parse(name, input).Packages.Count, input.Length), [.. seeds.Select(Encoding.UTF8.GetBytes)])
        {
            Refusals = [typeof(ArchiveException)],
        };
}
