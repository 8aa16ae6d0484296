using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using Bulwark.Model.Observations;

namespace Bulwark.Kernel.Tests.Layout;

public sealed partial class LayoutTests
{
    private static readonly Btf s_btf = Btf.OfTheProduct();

    public static TheoryData<Type, string> Structs => new()
    {
        { typeof(Endpoint), "endpoint" },
        { typeof(WorkloadPolicy), "workload" },
        { typeof(PolicyKey), "policy_key" },
        { typeof(PolicyExecutableKey), "policy_executable_key" },
        { typeof(ExecutableFile), "executable_key" },
        { typeof(Owner), "owner" },
        { typeof(RangeKey), "range_key" },
        { typeof(ConnectionKey), "connection_key" },
        { typeof(Connection), "connection" },
        { typeof(TrafficKey), "traffic_key" },
        { typeof(Traffic), "traffic" },
        { typeof(TrafficTold), "traffic_told" },
        { typeof(SocketKey), "socket_key" },
        { typeof(SocketUser), "socket" },
        { typeof(ProxyKey), "proxy_key" },
        { typeof(ExecutablePath), "executable_path" },
        { typeof(KernelEvent), "event" },
        { typeof(PayloadEvent), "payload_event" },
        { typeof(NameEvent), "name_event" },
    };

    [Theory]
    [MemberData(nameof(Structs))]
    public void Every_field_of_a_struct_is_where_the_programs_have_it(Type type, string name)
    {
        Assert.Equal(s_btf.FieldsOf(name).Select(field => field with { Name = Normal(field.Name) }), FieldsOf(type));
        Assert.Equal(s_btf.SizeOfStruct(name), SizeOf(type));
    }

    [Fact]
    public void What_is_not_looked_into_is_as_long_as_the_programs_have_it()
    {
        Assert.Equal(s_btf.SizeOfStruct("name_key"), Unsafe.SizeOf<NameKey>());
        Assert.Equal(s_btf.SizeOfStruct("path_key"), Unsafe.SizeOf<PathKey>());
        Assert.Equal(s_btf.SizeOfStruct("name_address"), Unsafe.SizeOf<NameAddress>());
        Assert.Equal(s_btf.SizeOfStruct("proxy"), Unsafe.SizeOf<ProxyProcess>());
        Assert.Equal(s_btf.SizeOfStruct("address"), Unsafe.SizeOf<MappedAddress>());
        Assert.Equal(s_btf.FieldsOf("name_event").Single(f => f.Name == "addresses").Size, NameEvent.AddressesMax * Unsafe.SizeOf<MappedAddress>());
        Assert.Equal(PayloadEvent.DataLength, s_btf.FieldsOf("payload_event").Single(f => f.Name == "data").Size);
    }

    [Theory]
    [InlineData(typeof(Setting), "setting", "SETTING")]
    [InlineData(typeof(Counter), "counter", "COUNTER")]
    [InlineData(typeof(Permission), "permission", "PERMISSION")]
    [InlineData(typeof(KernelEventType), "event_type", "EVENT")]
    [InlineData(typeof(Direction), "direction", "DIRECTION")]
    [InlineData(typeof(Mode), "mode", "MODE")]
    [InlineData(typeof(Verdict), "verdict", "VERDICT")]
    [InlineData(typeof(VerdictReason), "reason", "REASON")]
    public void Every_constant_of_an_enum_has_the_value_that_it_has_in_the_programs(Type type, string name, string prefix)
    {
        var programs = s_btf.ConstantsOf(name)
            .Where(constant => constant.Key != prefix + "S") // how many there are
            .Select(constant => (Normal(constant.Key[(prefix.Length + 1)..]), constant.Value)).Order();
        var ours = Enum.GetNames(type)
            .Select(constant => (Normal(constant), Convert.ToInt64(Enum.Parse(type, constant), CultureInfo.InvariantCulture))).Order();

        Assert.Equal(programs, ours);
    }

    [Fact]
    public void Identities_are_the_same_numbers_in_the_programs()
    {
        var header = File.ReadAllText(Path.Combine(Repository.Root, "bpf/include/identity.h"));
        var programs = Definition().Matches(header).ToDictionary(m => m.Groups[1].Value, m => Number(m.Groups[2].Value));

        Assert.Equal(
            new Dictionary<string, uint>
            {
                ["ANY"] = Identity.Any.Value,
                ["FIRST_WORKLOAD"] = Identity.FirstWorkload,
                ["HOST"] = Identity.Host.Value,
                ["WORLD"] = Identity.World.Value,
                ["MULTICAST"] = Identity.Multicast.Value,
                ["FIRST_NAME"] = Identity.FirstName,
                ["FIRST_RANGE"] = Identity.FirstRange,
            },
            programs);
    }

    [Fact]
    public void The_flag_of_a_held_endpoint_is_the_same_in_the_programs()
    {
        var header = File.ReadAllText(Path.Combine(Repository.Root, "bpf/include/maps/containers.h"));

        Assert.Contains($"#define ENDPOINT_HELD {Endpoint.Held} ", header, StringComparison.Ordinal);
    }

    // Our longer words for what the kernel calls by a short one.
    private static string Normal(string name) => name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant() switch
    {
        "ifindex" => "interface",
        var other => other,
    };

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private static List<Btf.Field> FieldsOf(Type type) =>
        [.. type.GetFields(BindingFlags.Instance | BindingFlags.Public)
            .Select(field => new Btf.Field(Normal(field.Name), OffsetOf(type, field), SizeOf(field.FieldType)))
            .OrderBy(field => field.Offset)];

    // Where the first byte changes when the field is set to ones.
    private static int OffsetOf(Type type, FieldInfo field)
    {
        var ones = Enumerable.Repeat((byte)0xff, SizeOf(field.FieldType)).ToArray();
        var bytes = Read(type, new byte[SizeOf(type)]);
        field.SetValue(bytes, Read(field.FieldType, ones));
        var write = typeof(LayoutTests).GetMethod(nameof(BytesOf), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type);
        return Array.IndexOf((byte[])write.Invoke(null, [bytes])!, (byte)0xff);
    }

    private static object Read(Type type, byte[] bytes) =>
        typeof(LayoutTests).GetMethod(nameof(FromBytes), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type).Invoke(null, [bytes])!;

    private static T FromBytes<T>(byte[] bytes) where T : struct => Unsafe.ReadUnaligned<T>(ref bytes[0]);

    private static byte[] BytesOf<T>(T value) where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();

    private static uint Number(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? uint.Parse(text[2..].TrimEnd('u'), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : uint.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^#define IDENTITY_(\w+) (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Definition();
}
