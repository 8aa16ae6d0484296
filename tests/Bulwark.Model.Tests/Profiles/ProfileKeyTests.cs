using Bulwark.Model.Profiles;
using CsCheck;

namespace Bulwark.Model.Tests.Profiles;

public sealed class ProfileKeyTests
{
    private static readonly Peer Web = Peer.Workload("shop/web");
    private static readonly Peer Database = Peer.Workload("shop/db");

    [Fact]
    public void What_one_workload_opens_the_other_one_answers() => Assert.Equal(
        new ProfileKey(Direction.In, Web, new(Transport.Tcp, 5432)), new ProfileKey(Direction.Out, Database, new(Transport.Tcp, 5432)).SeenFromPeer(Web));

    [Fact]
    public void Seen_from_the_peer_and_back_it_is_the_same() => Gen.Select(Gen.Enum<Direction>(), Gen.UShort, Gen.Byte)
        .Select((direction, port, transport) => new ProfileKey(direction, Database, new(new(transport), port)))
        .Sample(key => key.SeenFromPeer(Web)?.SeenFromPeer(Database) == key);

    [Theory]
    [InlineData("host")]
    [InlineData("world")]
    [InlineData("multicast")]
    [InlineData("name:db.example.com")]
    [InlineData("203.0.113.5")]
    public void Only_a_workload_has_a_profile_to_see_it_from(string text)
    {
        Assert.True(Peer.TryParse(text, out var peer));
        Assert.Null(new ProfileKey(Direction.Out, peer, new(Transport.Tcp, 443)).SeenFromPeer(Web));
    }
}
