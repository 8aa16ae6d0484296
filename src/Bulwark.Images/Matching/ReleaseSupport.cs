namespace Bulwark.Images.Matching;

/// <summary>
/// Until when distributions look after their releases, for everyone: long-term support included, paid support not. From Debian's
/// distro-info-data, https://alpinelinux.org/releases, https://access.redhat.com/support/policy/updates/errata, https://www.suse.com/lifecycle,
/// https://en.opensuse.org/Lifetime, https://aws.amazon.com/linux/amazon-linux-2023/faqs and those of Rocky and AlmaLinux. A release that is not
/// listed is taken to be alive.
/// </summary>
internal static class ReleaseSupport
{
    private static readonly Dictionary<string, DateOnly> s_ends = new(StringComparer.Ordinal)
    {
        ["debian:7"] = new(2018, 5, 31),
        ["debian:8"] = new(2020, 6, 30),
        ["debian:9"] = new(2022, 6, 30),
        ["debian:10"] = new(2024, 6, 30),
        ["debian:11"] = new(2026, 8, 31),
        ["debian:12"] = new(2028, 6, 30),
        ["debian:13"] = new(2030, 6, 30),
        ["ubuntu:14.04"] = new(2019, 4, 25),
        ["ubuntu:14.10"] = new(2015, 7, 23),
        ["ubuntu:15.04"] = new(2016, 2, 4),
        ["ubuntu:15.10"] = new(2016, 7, 28),
        ["ubuntu:16.04"] = new(2021, 4, 30),
        ["ubuntu:16.10"] = new(2017, 7, 20),
        ["ubuntu:17.04"] = new(2018, 1, 13),
        ["ubuntu:17.10"] = new(2018, 7, 19),
        ["ubuntu:18.04"] = new(2023, 5, 31),
        ["ubuntu:18.10"] = new(2019, 7, 18),
        ["ubuntu:19.04"] = new(2020, 1, 23),
        ["ubuntu:19.10"] = new(2020, 7, 17),
        ["ubuntu:20.04"] = new(2025, 5, 29),
        ["ubuntu:20.10"] = new(2021, 7, 22),
        ["ubuntu:21.04"] = new(2022, 1, 20),
        ["ubuntu:21.10"] = new(2022, 7, 14),
        ["ubuntu:22.04"] = new(2027, 6, 1),
        ["ubuntu:22.10"] = new(2023, 7, 20),
        ["ubuntu:23.04"] = new(2024, 1, 25),
        ["ubuntu:23.10"] = new(2024, 7, 11),
        ["ubuntu:24.04"] = new(2029, 5, 31),
        ["ubuntu:24.10"] = new(2025, 7, 10),
        ["ubuntu:25.04"] = new(2026, 1, 15),
        ["ubuntu:25.10"] = new(2026, 7, 9),
        ["ubuntu:26.04"] = new(2031, 5, 29),
        ["alpine:3.12"] = new(2022, 5, 1),
        ["alpine:3.13"] = new(2022, 11, 1),
        ["alpine:3.14"] = new(2023, 5, 1),
        ["alpine:3.15"] = new(2023, 11, 1),
        ["alpine:3.16"] = new(2024, 5, 23),
        ["alpine:3.17"] = new(2024, 11, 22),
        ["alpine:3.18"] = new(2025, 5, 9),
        ["alpine:3.19"] = new(2025, 11, 1),
        ["alpine:3.20"] = new(2026, 4, 1),
        ["alpine:3.21"] = new(2026, 11, 1),
        ["alpine:3.22"] = new(2027, 5, 1),
        ["alpine:3.23"] = new(2027, 11, 1),
        ["rhel:6"] = new(2020, 11, 30),
        ["rhel:7"] = new(2024, 6, 30),
        ["rhel:8"] = new(2029, 5, 31),
        ["rhel:9"] = new(2032, 5, 31),
        ["rhel:10"] = new(2035, 5, 31),
        ["centos:6"] = new(2020, 11, 30),
        ["centos:7"] = new(2024, 6, 30),
        // Of the two that call themselves 8, the one that lasted longer (Stream).
        ["centos:8"] = new(2024, 5, 31),
        ["rocky:8"] = new(2029, 5, 31),
        ["rocky:9"] = new(2032, 5, 31),
        ["rocky:10"] = new(2035, 5, 31),
        ["almalinux:8"] = new(2029, 3, 1),
        ["almalinux:9"] = new(2032, 5, 31),
        ["almalinux:10"] = new(2035, 5, 31),
        ["amzn:2018"] = new(2023, 12, 31),
        ["amzn:2"] = new(2026, 6, 30),
        ["amzn:2023"] = new(2029, 6, 30),
        ["sles:12.4"] = new(2020, 6, 30),
        ["sles:12.5"] = new(2024, 10, 31),
        ["sles:15"] = new(2019, 12, 31),
        ["sles:15.1"] = new(2021, 1, 31),
        ["sles:15.2"] = new(2021, 12, 31),
        ["sles:15.3"] = new(2022, 12, 31),
        ["sles:15.4"] = new(2023, 12, 31),
        ["sles:15.5"] = new(2024, 12, 31),
        ["sles:15.6"] = new(2025, 12, 31),
        ["sles:15.7"] = new(2031, 7, 31),
        ["sles:16.0"] = new(2027, 11, 30),
        ["opensuse-leap:15.2"] = new(2022, 1, 4),
        ["opensuse-leap:15.3"] = new(2022, 12, 31),
        ["opensuse-leap:15.4"] = new(2023, 12, 7),
        ["opensuse-leap:15.5"] = new(2024, 12, 31),
        ["opensuse-leap:15.6"] = new(2026, 4, 30),
        ["opensuse-leap:16.0"] = new(2027, 10, 31),
    };

    /// <summary>The last day, or null if it is not known.</summary>
    public static DateOnly? EndOf(string ecosystem)
    {
        if (s_ends.TryGetValue(ecosystem, out var end))
            return end;
        // Older releases than those listed ended before them.
        return ecosystem.Split(':') switch
        {
            ["debian", var number] when int.TryParse(number, out var release) && release < 7 => s_ends["debian:7"],
            ["alpine", ['3', '.', .. var minor]] when int.TryParse(minor, out var release) && release < 12 => s_ends["alpine:3.12"],
            _ => null,
        };
    }
}
