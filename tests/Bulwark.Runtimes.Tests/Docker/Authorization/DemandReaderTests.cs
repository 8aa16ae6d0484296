using System.Text;
using Bulwark.Runtimes.Docker.Authorization;
using CsCheck;

namespace Bulwark.Runtimes.Tests.Docker.Authorization;

public sealed class DemandReaderTests
{
    [Theory]
    [InlineData("""{"Privileged":true}""", "privileged")]
    [InlineData("""{"NetworkMode":"host","PidMode":"host","IpcMode":"host","UTSMode":"host","UsernsMode":"host","CgroupnsMode":"host"}""",
        "host-cgroups,host-ipc,host-network,host-pid,host-users,host-uts")]
    [InlineData("""{"CapAdd":["cap_sys_admin","BPF","chown","ALL"]}""", "capability:ALL,capability:BPF,capability:SYS_ADMIN")]
    [InlineData("""{"Capabilities":["CAP_SYS_PTRACE"]}""", "capability:SYS_PTRACE")]
    [InlineData("""{"SecurityOpt":["seccomp=unconfined","apparmor:unconfined","label=disable","no-new-privileges=false","label=level:s0"]}""",
        "new-privileges,unconfined:apparmor,unconfined:label,unconfined:seccomp")]
    [InlineData("""{"SecurityOpt":["no-new-privileges","no-new-privileges=true"]}""", "")]
    [InlineData("""{"MaskedPaths":[],"ReadonlyPaths":[]}""", "unconfined:systempaths")]
    [InlineData("""{"MaskedPaths":null,"ReadonlyPaths":null}""", "")]
    [InlineData("""{"Devices":[{"PathOnHost":"/dev/kvm"}],"DeviceCgroupRules":["c 1:3 rwm"],"DeviceRequests":[{"Count":-1}]}""",
        "device:/dev/kvm,device:c 1:3 rwm,device:request")]
    [InlineData("""{"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"proc","device":"proc"}}}}]}""", "filesystem:proc")]
    [InlineData("""{"Memory":1,"Binds":null,"NetworkMode":"default"}""", "")]
    public void What_gives_power_has_a_name(string host, string privileges)
    {
        Assert.Equal(privileges, string.Join(',', Read($$$"""{"Image":"i","HostConfig":{{{host}}}}""").Privileges));
        // Clients of long ago had it at the top.
        Assert.Equal(privileges, string.Join(',', Read("{\"Image\":\"i\"," + host[1..]).Privileges));
    }

    [Fact]
    public void Files_of_the_host_are_found_wherever_they_are_named()
    {
        var demands = Read(
            """
            {"HostConfig":{"Binds":["/a:/x","/b:/x:ro,z","named:/x","/anonymous"],"VolumesFrom":["other:ro"],"PidMode":"container:other","Runtime":"kata",
            "Mounts":[{"Type":"bind","Source":"/c","Target":"/x","ReadOnly":true},{"Type":"volume","Source":"v","Target":"/y"},
            {"Type":"volume","Target":"/z","VolumeOptions":{"DriverConfig":{"Options":{"type":"overlay","o":"lowerdir=/d:/e,upperdir=/f","device":"overlay"}}}}]}}
            """);

        Assert.Equal([new("/a", false), new("/b", true), new("/c", true), new("/d", false), new("/e", false), new("/f", false)], demands.Paths);
        Assert.Equal(["named", "v"], demands.Volumes);
        Assert.Equal([new("other", "join-pid"), new("other", "share-volumes")], demands.Joins.OrderBy(join => join.Privilege));
        Assert.Equal("kata", demands.Runtime);
    }

    [Theory]
    [InlineData("""{"HostConfig":{"Privileged":true},"hostconfig":{}}""")]
    [InlineData("""{"HostConfig":{"Privileged":false,"privileged":true}}""")]
    [InlineData("""{"Image":"a","Image":"b"}""")]
    [InlineData("""{"Labels":{"a":"1","a":"2"}}""")]
    [InlineData("""{"Image":"a"} {"Image":"b"}""")]
    [InlineData("""{"HostConfig":{"Privileged":"true"}}""")]
    [InlineData("""{"HostConfig":[]}""")]
    [InlineData("""{"Image":"\ud800"}""")]
    [InlineData("""[]""")]
    [InlineData("")]
    public void What_is_not_sure_is_refused(string body) => Assert.Throws<UnreadableCallException>(() => Read(body));

    [Fact]
    public void Labels_may_differ_in_case_only() =>
        Assert.Equal("shop", Read("""{"Labels":{"a":"1","A":"2","com.docker.compose.project":"shop"}}""").Labels["com.docker.compose.project"]);

    [Fact]
    public void Names_count_whatever_their_case() => Gen.Select(Letters("HostConfig"), Letters("Privileged"), Letters("PidMode")).Sample((host, privileged, mode) =>
        Read($$$"""{"Image":"i","{{{host}}}":{"{{{privileged}}}":true,"{{{mode}}}":"host"}}""").Privileges is ["host-pid", "privileged"]);

    [Fact]
    public void A_name_that_is_there_twice_is_always_refused() => Gen.Select(Letters("Privileged"), Letters("Privileged")).Sample((one, other) =>
    {
        try
        {
            Read($$$"""{"HostConfig":{"{{{one}}}":true,"{{{other}}}":false}}""");
            return false;
        }
        catch (UnreadableCallException)
        {
            return true;
        }
    });

    [Fact]
    public void Whatever_the_body_is_it_is_read_or_refused() => Gen.Byte.Array[0, 60].Sample(bytes =>
    {
        try
        {
            return DemandReader.OfCreate(Encoding.UTF8.GetBytes("""{"HostConfig":{"Binds":[""").Concat(bytes).ToArray()) is not null;
        }
        catch (UnreadableCallException)
        {
            return true;
        }
    });

    [Fact]
    public void Nesting_without_end_is_refused() =>
        Assert.Throws<UnreadableCallException>(() => Read("{\"x\":" + new string('[', 100_000) + new string(']', 100_000) + "}"));

    [Theory]
    [InlineData("/", true, true)]
    [InlineData("/var", true, true)]
    [InlineData("/etc/shadow", true, true)]
    [InlineData("/etc/localtime", true, false)]
    [InlineData("/etc/localtime", false, true)]
    [InlineData("/var/run/docker.sock", true, true)]
    [InlineData("/srv/x/docker.sock", true, true)]
    [InlineData("/usr/share/zoneinfo", true, false)]
    [InlineData("/usr/bin", false, true)]
    [InlineData("/home/me/.ssh", true, true)]
    [InlineData("/home/me/project", false, false)]
    [InlineData("/srv/data", false, false)]
    [InlineData("/srv/docker/volumes/x", false, true)]
    [InlineData("/etcetera", false, false)]
    public void Sensitive_is_what_gives_power_or_shows_secrets(string path, bool readOnly, bool isSensitive) =>
        Assert.Equal(isSensitive, SensitivePaths.Contain(path, readOnly, "/srv/docker"));

    [Fact]
    public void A_service_is_read_too()
    {
        var (name, demands) = DemandReader.OfService(Encoding.UTF8.GetBytes(
            """{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"i","Mounts":[{"Type":"bind","Source":"/etc"}],"CapabilityAdd":["BPF"]},"Networks":[{"Target":"host"}]}}"""));

        Assert.Equal("web", name);
        Assert.Equal(["capability:BPF", "host-network"], demands.Privileges);
        Assert.Equal([new("/etc", false)], demands.Paths);
    }

    // Each letter in either case, or as the letter outside ASCII that means the same to the daemon.
    private static Gen<string> Letters(string name) => Gen.Int[0, 2].Array[name.Length].Select(cases => string.Concat(name.Select((letter, i) => cases[i] switch
    {
        0 => letter,
        1 => char.IsUpper(letter) ? char.ToLowerInvariant(letter) : char.ToUpperInvariant(letter),
        _ => char.ToLowerInvariant(letter) switch { 's' => '\u017F', 'k' => '\u212A', _ => letter },
    })));

    private static ContainerDemands Read(string body) => DemandReader.OfCreate(Encoding.UTF8.GetBytes(body));
}
