using Bulwark.Model.Privileges;
using Bulwark.Model.Profiles;
using CsCheck;

namespace Bulwark.Model.Tests.Privileges;

public sealed class PrivilegeTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<Privilege> s_any = Gen.OneOf([.. new[]
        {
            "capability:ALL", "capability:SYS_ADMIN", "capability:BPF",
            "mount:/", "mount:/:ro", "mount:/etc", "mount:/etc:ro", "mount:/etc/ssh", "mount:/etc/ssh:ro", "mount:/etcetera", "device:/dev/kvm",
            "unconfined:seccomp", "runtime:kata", "filesystem:proc",
        }.Concat(PrivilegeKind.All.Where(kind => kind.Argument.Length == 0).Select(kind => kind.Name)).Select(text => Gen.Const(Privilege.Parse(text)))]);

    [Fact]
    public void What_covers_another_covers_all_that_one_covers() => Gen.Select(s_any, s_any, s_any).Sample((a, b, c) =>
        a.Covers(a) && (!a.Covers(b) || !b.Covers(c) || a.Covers(c)));

    [Theory]
    [InlineData("mount:/etc", "mount:/etc/ssh:ro", true)]
    [InlineData("mount:/etc:ro", "mount:/etc/ssh:ro", true)]
    [InlineData("mount:/etc:ro", "mount:/etc", false)]
    [InlineData("mount:/etc", "mount:/etcetera", false)]
    [InlineData("mount:/", "mount:/etc", true)]
    [InlineData("privileged", "capability:BPF", true)]
    [InlineData("privileged", "host-network", false)]
    [InlineData("privileged", "mount:/", false)]
    [InlineData("capability:ALL", "capability:BPF", true)]
    [InlineData("exec-privileged", "exec", true)]
    [InlineData("exec", "exec-privileged", false)]
    public void Some_stand_for_others(string has, string wants, bool covers) => Assert.Equal(covers, Privilege.Parse(has).Covers(Privilege.Parse(wants)));

    [Theory]
    [InlineData("")]
    [InlineData("root")]
    [InlineData("mount")]
    [InlineData("mount:")]
    [InlineData("privileged:x")]
    [InlineData("mount:/a\nb")]
    public void What_is_no_privilege_is_none(string text) => Assert.False(Privilege.TryParse(text, out _));

    [Fact]
    public void Whatever_is_learnt_is_not_missing_afterwards() => s_any.Array[0, 8].Sample(wanted =>
        PrivilegeJudge.Missing(PrivilegeJudge.Learn(new("w"), wanted, s_now), wanted).IsEmpty);

    [Fact]
    public void What_is_missing_is_in_order_and_once()
    {
        var profile = PrivilegeJudge.Allow(new("w"), [Privilege.Parse("host-pid")], s_now);
        Privilege[] wanted = [Privilege.Parse("privileged"), Privilege.Parse("host-network"), Privilege.Parse("host-pid"), Privilege.Parse("privileged")];

        Assert.Equal(["host-network", "privileged"], PrivilegeJudge.Missing(profile, wanted).Select(privilege => privilege.ToString()));
        Assert.Equal(EntryOrigin.Allowed, Assert.Single(profile.Privileges.Values).Origin);
    }

    [Fact]
    public void The_stricter_mode_counts_unless_a_person_set_the_workloads()
    {
        var profile = new Profile("w") { Mode = Mode.Learn };

        Assert.Equal(Mode.Protect, PrivilegeJudge.ModeOf(profile, Mode.Protect));
        Assert.Equal(Mode.Learn, PrivilegeJudge.ModeOf(profile with { ModeIsPinned = true }, Mode.Protect));
        Assert.Equal(Mode.Audit, PrivilegeJudge.ModeOf(profile with { Mode = Mode.Audit }, Mode.Learn));
    }

    [Theory]
    [InlineData(0, Mode.Learn)]
    [InlineData(23, Mode.Learn)]
    [InlineData(24, Mode.Audit)]
    [InlineData(48, Mode.Protect)]
    public void The_host_goes_the_way_of_a_workload(int hours, Mode expected)
    {
        var day = TimeSpan.FromDays(1);

        Assert.Equal(expected, PrivilegeJudge.ModeOfHost(null, true, TimeSpan.FromHours(hours), day, day));
        Assert.Equal(Mode.Learn, PrivilegeJudge.ModeOfHost(null, false, TimeSpan.FromHours(hours), day, day));
        Assert.Equal(Mode.Audit, PrivilegeJudge.ModeOfHost(Mode.Audit, true, TimeSpan.FromHours(hours), day, day));
    }
}
