using Bulwark.Model;
using Bulwark.Model.Learning;
using Bulwark.Model.Profiles;

namespace Bulwark.Kernel.Tests.Reachability;

/// <summary>Profiles of workloads that learn, are protected, and change, as chance wills: by the steps that real ones take.</summary>
internal sealed class RandomProfiles(int seed, int count, IReadOnlyList<ServerPort> ports, IReadOnlyList<Peer> others)
{
    private static readonly LearningThresholds s_thresholds = new();
    private static readonly Transport[] s_anyOf = [default, Transport.Tcp, Transport.Udp, Transport.Sctp];

    private readonly Random _random = new(seed);
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    public bool Chance(int percent) => _random.Next(100) < percent;

    /// <summary>What workloads have learnt before any is protected; some of what one end saw the other did not.</summary>
    public Profile[] Learnt()
    {
        var profiles = new Profile[count];
        for (var i = 0; i < count; i++)
            profiles[i] = new Profile(Neighbours.Name(i));
        for (var conversations = count * ports.Count * 3; conversations > 0; conversations--)
        {
            var (client, server) = (_random.Next(count), _random.Next(count));
            var port = Pick(ports);
            if (Chance(90))
                profiles[client] = See(profiles[client], new(Direction.Out, Workload(server), port));
            if (Chance(90))
                profiles[server] = See(profiles[server], new(Direction.In, Workload(client), port));
        }
        for (var i = 0; i < count; i++)
        {
            profiles[i] = See(profiles[i], new(Either(), Pick(others), Pick(ports)));
            if (Chance(80))
                profiles[i] = SetMode(profiles[i], Mode.Protect);
        }
        return profiles;
    }

    /// <summary>The profile after something happened: a person allowed, forgot, or set the mode, or a conversation was seen.</summary>
    public Profile Changed(Profile profile) => _random.Next(10) switch
    {
        0 or 1 => Learner.Allow(profile, RandomKey(), Now()),
        2 => Learner.Allow(profile, RandomKey() with { Port = new(Pick(s_anyOf), 0) }, Now()),
        3 or 4 when !profile.Entries.IsEmpty => Forget(profile, Pick(profile.Entries.Keys.Order().ToList())),
        5 => Learner.Forget(profile, entry => entry.Origin == EntryOrigin.Allowed),
        6 => SetMode(profile, Pick([Mode.Learn, Mode.Audit])),
        7 or 8 => SetMode(profile, Mode.Protect),
        _ => See(profile, RandomKey()),
    };

    private Profile Forget(Profile profile, ProfileKey key) =>
        Learner.Forget(profile, entry => Chance(50) ? entry.Key == key : entry.Key.Peer == key.Peer && entry.Key.Direction == key.Direction);

    private Profile See(Profile profile, ProfileKey key) => Learner.Observe(profile, key, Now(), 1, "/bin/app", s_thresholds);

    private Profile SetMode(Profile profile, Mode mode) => Learner.SetMode(profile, mode, pinned: true, Now());

    private ProfileKey RandomKey() => new(Either(), Chance(80) ? Workload(_random.Next(count)) : Pick(others), Pick(ports));

    private static Peer Workload(int workload) => Peer.Workload(Neighbours.Name(workload));

    private Direction Either() => (Direction)_random.Next(2);

    private T Pick<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];

    private DateTimeOffset Now() => _now += TimeSpan.FromSeconds(1);
}
