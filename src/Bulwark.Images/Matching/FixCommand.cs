using System.Buffers;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Matching;

/// <summary>What to type, where the image is built, to get a repaired package.</summary>
internal static class FixCommand
{
    private static readonly SearchValues<char> s_plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+/@:~^!");

    /// <summary>Empty if there is no repaired version, or nothing that could be typed safely.</summary>
    public static string For(Package package, string fixedVersion)
    {
        // A name comes out of the image, and somebody may paste the line into a shell.
        if (fixedVersion.Length == 0 || !IsPlain(package.Name) || !IsPlain(fixedVersion))
            return "";
        return package.Kind switch
        {
            PackageKind.Dpkg => $"apt-get install --only-upgrade {package.Name}",
            PackageKind.Apk => $"apk upgrade {package.Name}",
            PackageKind.Rpm => $"dnf upgrade {package.Name}",
            PackageKind.Npm => $"npm install {package.Name}@{fixedVersion}",
            PackageKind.Python => $"pip install '{package.Name}>={fixedVersion}'",
            PackageKind.Gem => $"gem install {package.Name} -v {fixedVersion}",
            PackageKind.Go when package.Name == "stdlib" => $"build it with Go {fixedVersion} or later",
            PackageKind.Go => $"go get {package.Name}@v{fixedVersion.TrimStart('v')}",
            PackageKind.Cargo => $"cargo update -p {package.Name} --precise {fixedVersion}",
            PackageKind.NuGet => $"dotnet add package {package.Name} --version {fixedVersion}",
            PackageKind.Composer => $"composer require {package.Name}:^{fixedVersion}",
            _ => $"use {package.Name} {fixedVersion} or later",
        };
    }

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExcept(s_plain) && text[0] != '-';
}
