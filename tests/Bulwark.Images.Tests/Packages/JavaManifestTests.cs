using System.Text;
using Bulwark.Images.Packages.Languages;

namespace Bulwark.Images.Tests.Packages;

public sealed class JavaManifestTests
{
    [Theory]
    // As maven-bundle-plugin makes the symbolic name: with the part that the artifact shares with the group only once.
    [InlineData("log4j-core-2.14.1.jar", "Bundle-SymbolicName: org.apache.logging.log4j.core\nBundle-Version: 2.14.1\n", "org.apache.logging.log4j:log4j-core@2.14.1")]
    // As Maven's archiver and Spring's build write it.
    [InlineData("spring-boot-2.1.0.RELEASE.jar", "Implementation-Vendor-Id: org.springframework.boot\nImplementation-Version: 2.1.0.RELEASE\n", "org.springframework.boot:spring-boot@2.1.0.RELEASE")]
    // A line that is folded.
    [InlineData("a-b-1.jar", "Implementation-Vendor-Id: org.exam\n ple\nImplementation-Version: 1\n", "org.example:a-b@1")]
    public void A_name_that_the_manifest_and_the_file_agree_on_is_taken(string file, string manifest, string expected)
    {
        var package = JavaManifest.Read(Encoding.UTF8.GetBytes($"Manifest-Version: 1.0\n{manifest}"), file);

        Assert.Equal(expected, $"{package!.Name}@{package.Version}");
    }

    [Theory]
    [InlineData("log4j-core-2.14.1.jar", "Bundle-SymbolicName: org.apache.logging.log4j.core\nBundle-Version: 2.17.1\n")]
    [InlineData("renamed.jar", "Implementation-Vendor-Id: org.example\nImplementation-Version: 1\n")]
    [InlineData("commons-text-1.9.jar", "Bundle-SymbolicName: org.apache.commons.commons-text;singleton:=true\nBundle-Version: 1.9\n")]
    [InlineData("gson-2.8.jar", "Bundle-SymbolicName: com.google.gson\nBundle-Version: 2.8\n")]
    [InlineData("lib-1.jar", "Implementation-Vendor-Id: Example Inc.\nImplementation-Version: 1\n")]
    [InlineData("lib-1.jar", "Created-By: somebody\n\nName: x\nImplementation-Vendor-Id: org.example\nImplementation-Version: 1\n")]
    [InlineData("-1.jar", "Implementation-Vendor-Id: org.example\nImplementation-Version: 1\n")]
    [InlineData("", "")]
    public void Where_they_disagree_or_leave_it_open_nothing_is_guessed(string file, string manifest) =>
        Assert.Null(JavaManifest.Read(Encoding.UTF8.GetBytes($"Manifest-Version: 1.0\n{manifest}"), file));
}
