using System.Text;
using Bulwark.Agent.Hosts;
using Bulwark.Agent.Starts;
using Bulwark.Kernel.Migration;
using Bulwark.Kernel.Netlink;
using Bulwark.Model;
using Bulwark.Model.Protocols;
using Bulwark.Runtimes.Docker.Authorization;

namespace Bulwark.Fuzz;

/// <summary>What the agent and the server read of containers and of those who ask Docker for some.</summary>
internal static class AgentTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        new("protocol", ReadPayload,
        [
            [0, 0x01, 0xBB, .. Hello], [1, 0x00, 0x35, .. "\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01"u8], [0, 0, 80, .. "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8],
            [0, 0x15, 0x38, 0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f], [0, 0x18, 0xeb, .. "*1\r\n$4\r\nPING\r\n"u8], [2, 0x0c, 0xea, 74, 0, 0, 0, 10, .. "8.0.36\0"u8], [0, 0, 25, .. "EHLO a\r\n"u8],
            [0, 0x1f, 0x90, .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"u8], [1, 0x01, 0xBB, 0xc3, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0], [3, 0, 123, 0x24, .. new byte[47]],
            [0, 0x69, 0x89, 58, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xdd, 7, 0, 0, 0, 0, 0, 0, 0], [0, 0x23, 0x84, 0, 0, 0, 20, 0, 18, 0, 3, 0, 0, 0, 1, 0, 1, (byte)'a', 0],
        ]),
        new("netlink", ReadNetlink, [[32, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. new byte[4], 2, 0, 0, 0, .. new byte[8]]]),
        new("btf", input => _ = new BtfTypes(input).FieldsOf(1), [[0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 16, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0, 32, 0, 0, 1, 0, (byte)'i', (byte)'n', (byte)'t', 0]])
            { Refusals = [typeof(InvalidDataException)] },
        Of("socket-line", text => _ = SocketInventory.TryReadEnd(text, out _, out _), "0100007F:1F90", "0000000000000000FFFF00000100007F:1F90"),
        Of("start-question", text => _ = StartQuestion.TryParse(text, out _), "abc 12 5000"),
        Of("docker-call", text => _ = text.Split('\n') is [var method, var address, ..] ? DockerCall.Read(method, address) : null,
            "POST\n/v1.45/containers/create?name=a", "GET\n/containers/a%2Fb/archive?path=/", "POST\n/containers/a/exec", "PUT\n/containers/a/archive") with { Refusals = [typeof(UnreadableCallException)] },
        Body("docker-create", body => _ = DemandReader.OfCreate(body), """{"Image":"a","HostConfig":{"Privileged":true,"Binds":["/:/host:ro"],"CapAdd":["SYS_ADMIN"],"PidMode":"host","SecurityOpt":["seccomp=unconfined"],"Devices":[{"PathOnHost":"/dev/sda"}],"Mounts":[{"Type":"bind","Source":"/etc"}],"NetworkMode":"container:b","DeviceCgroupRules":["a *:* rwm"],"Sysctls":{"kernel.x":"1"}}}"""),
        Body("docker-inspect", body => _ = DemandReader.OfContainer(body), """{"Id":"a","Image":"sha256:b","HostConfig":{"Binds":null},"Mounts":[{"Type":"volume","Name":"v","Source":"/var/lib"}],"Config":{"Image":"c"}}"""),
        Body("docker-service", body => _ = DemandReader.OfService(body), """{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"b","Mounts":[{"Type":"bind","Source":"/"}],"CapabilityAdd":["ALL"]}}}"""),
        Body("docker-volume", body => _ = DemandReader.OfVolume(body), """{"Name":"a","Driver":"local","DriverOpts":{"type":"none","o":"bind","device":"/etc"}}"""),
    ];

    private static byte[] Hello => [22, 3, 1, 0, 67, 1, 0, 0, 63, 3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, 0, 20, 0, 0, 0, 16, 0, 14, 0, 0, 11, .. "example.com"u8];

    private static FuzzTarget Of(string name, Action<string> read, params string[] seeds) =>
        new(name, input => read(Encoding.UTF8.GetString(input)), [.. seeds.Select(Encoding.UTF8.GetBytes)]);

    private static FuzzTarget Body(string name, Action<byte[]> read, string seed) => new(name, read, [Encoding.UTF8.GetBytes(seed)]) { Refusals = [typeof(UnreadableCallException)] };

    // The first byte says who sent it and how, the next two the port.
    private static void ReadPayload(byte[] input)
    {
        if (input.Length < 3)
            return;
        var port = new ServerPort((input[0] & 1) == 0 ? Transport.Tcp : Transport.Udp, (ushort)(input[1] << 8 | input[2]));
        _ = ProtocolRecogniser.Recognise(input.AsSpan(3), (input[0] & 2) == 0, port);
    }

    private static void ReadNetlink(byte[] input)
    {
        ReadOnlySpan<byte> rest = input;
        while (NetlinkMessage.TryTake(ref rest, out _, out var body))
        {
            _ = NetlinkMessage.ReadLink(body);
            _ = NetlinkMessage.ReadAddress(body);
            _ = NetlinkMessage.ReadFilter(body);
            _ = NetlinkMessage.ReadIndex(body);
            _ = NetlinkMessage.ReadError(body);
        }
    }
}
