namespace Bulwark.Cli.Help;

/// <summary>What <c>bulwark help TOPIC</c> tells besides the commands.</summary>
internal static class HelpTopics
{
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
        ["exit-codes"] = """
            What bulwark ends with:
              0    it did what it was asked
              1    it failed; standard error says why
              2    it was asked wrongly: an unknown command, a bad value, a missing part
              3    it found something: 'simulate' would block, 'doctor' says that Bulwark cannot run, 'scan' finds what --fail-on names
              4    you may not: you are not in the group bulwark
              5    no server answers: bulwark up
              6    'scan' could not see enough to say that all is well: what it cannot tell is in its output
              130  it was interrupted (Ctrl-C)
            """,
        ["output"] = """
            Data goes to standard output, everything else to standard error.
              -o table    for people: relative times, units; the layout may change
              -o json     for programs: the bodies of the API, RFC 3339 times in UTC, whole numbers; stable
                          'events --follow' writes one document a line
              -o dot, -o mermaid    the map as a drawing
              -o sarif, -o cyclonedx, -o spdx, -o junit    a scan for other tools
              -o html    a scan as one page that needs nothing else
            Nothing is wrapped or cut when standard output is not a terminal. Colour: --color, NO_COLOR, TERM=dumb.
            Control characters in names are shown as escapes (\x1b). Under -o json errors are JSON too.
            """,
        ["environment"] = """
            Variables that bulwark reads; an option on the command line wins:
              BULWARK_SOCKET      the server's socket, as --socket
              BULWARK_ADVISORIES  the file of advisories, as --advisories
              NO_COLOR            set to anything: no colour
              TERM                dumb: no colour
            """,
        ["names"] = """
            How things are written, in what you type and in what you see:
              WORKLOAD    shop/web: compose project and service; else as 'bulwark workloads' lists it.
                          A container's id, or a part of a name that fits only one, does too
              PEER        a workload, name:db.example.com, range:203.0.113.0/24, an address, host, world, multicast
              PORT        the server's port and protocol: 5432/tcp, 53/udp, 8/icmp, gre
              EVENT       the number of an event: bulwark events
              TIME        2026-03-01T12:00:00Z, or how long ago: 90s, 10m, 6h, 7d, 1h30m
              IMAGE       the name of an image that Docker or a registry has, a file of 'docker save', an OCI layout (directory or
                          tar), or the directory of a root file system; docker:, registry:, archive:, oci: or dir: in front
                          says which. container:NAME is a container as it is now
              ENTRY       'shop/web -> shop/db 5432/tcp': shop/web may open it
                          'shop/db <- shop/web 5432/tcp': shop/db may answer it
            """,
    };
}
