using System.Collections.Immutable;
using System.Globalization;
using Bulwark.Images.Gate;
using Bulwark.Model;
using Bulwark.Model.Enforcement;
using Bulwark.Model.Observations;
using Bulwark.Model.Privileges;
using Bulwark.Model.Workloads;
using Bulwark.Runtimes.Docker.Authorization;
using Bulwark.Server.Api.Contracts;
using Bulwark.Server.Configuration;
using Bulwark.Server.Engine;
using Bulwark.Server.Images;
using Bulwark.Server.Store;

namespace Bulwark.Server.Authorization;

/// <summary>Decides whether Docker may do what it was asked to do; learns, and tells of what is refused.</summary>
internal sealed class Authorizer
{
    private static readonly TimeSpan s_sameAgain = TimeSpan.FromSeconds(30);

    private readonly StateWriter _state;
    private readonly EngineLoop _loop;
    private readonly Database _database;
    private readonly ImageScans _images;
    private readonly IDockerFacts _facts;
    private readonly IAgent _agent;
    private readonly ServerOptions _options;
    private readonly TimeProvider _time;
    private readonly DemandCollector _collector;
    private readonly HashSet<string> _started;
    private readonly Dictionary<string, DateTimeOffset> _told = new(StringComparer.Ordinal);
    private readonly HashSet<string> _looked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _quarantined = new(StringComparer.Ordinal);
    private DateTimeOffset? _askedSince;

    public Authorizer(
        StateWriter state, EngineLoop loop, Database database, ImageScans images, IDockerFacts facts, IAgent agent, ServerOptions options,
        TimeProvider time)
    {
        (_state, _loop, _database, _images, _facts, _agent, _options, _time) = (state, loop, database, images, facts, agent, options, time);
        _collector = new(facts, options.Runtime);
        (_started, _askedSince) = database.Read(connection => (StartedTable.Load(connection), SettingTable.LoadAskedSince(connection)));
    }

    /// <exception cref="Runtimes.Docker.DockerException">Docker does not answer, so nobody knows what it is about.</exception>
    public async Task<AuthorizeReport> JudgeAsync(AuthorizeRequest request, CancellationToken cancellation)
    {
        CollectedDemands collected;
        try
        {
            collected = await _collector.CollectAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (UnreadableCallException e)
        {
            return new(false, $"Bulwark refuses this, because {e.Message}.");
        }
        // A start may wait for the scan of its image, but only where it would be refused without.
        var image = collected.ImageId.Length == 0 ? null
            : IsProtected(collected) && _options.Images.Policy.Unscanned
                ? await _images.FindAsync(collected.ImageId, _options.Images.Wait, cancellation).ConfigureAwait(false)
            : await _images.FindAsync(collected.ImageId, TimeSpan.Zero, cancellation).ConfigureAwait(false);
        return await _loop.Run(() => Decide(request, collected, image), cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Looks for containers that run although Docker never asked about their start, and tells of them. Those that would have been refused are in
    /// quarantine until they would not be any more.
    /// </summary>
    public async Task LookAroundAsync(CancellationToken cancellation)
    {
        var running = _state.Published.Workloads.Values
            .SelectMany(workload => workload.Containers.Values.Select(container => (Workload: workload.Workload.Name, Container: container))).ToList();
        var ids = running.Select(each => each.Container.Id).ToHashSet(StringComparer.Ordinal);
        _looked.IntersectWith(ids);
        _quarantined.IntersectWith(ids);
        foreach (var (workload, container) in running.Where(each => _quarantined.Contains(each.Container.Id)))
            await JudgeUnaskedAsync(workload, container, isNew: false, cancellation).ConfigureAwait(false);
        var unasked = running.Where(each => !_looked.Contains(each.Container.Id)).ToList();
        if (unasked.Count == 0)
            return;
        if (!await _facts.AreAskingAsync(cancellation).ConfigureAwait(false))
        {
            // Should it ask later, these are from before.
            _looked.UnionWith(unasked.Select(each => each.Container.Id));
            return;
        }
        var since = await _loop.Run(() => NoteAsked(_time.GetUtcNow()), cancellation).ConfigureAwait(false);
        foreach (var (workload, container) in unasked)
        {
            _looked.Add(container.Id);
            var account = await _facts.ContainerAsync("", container.Id, cancellation).ConfigureAwait(false);
            if (account is null || account.CreatedAt <= since || container.Labels.ContainsKey("com.docker.swarm.service.name"))
                continue;
            await JudgeUnaskedAsync(workload, container, isNew: true, cancellation).ConfigureAwait(false);
        }
    }

    private async Task JudgeUnaskedAsync(string workload, Container container, bool isNew, CancellationToken cancellation)
    {
        var collected = await _collector.CollectAsync(new() { Act = DockerAct.Start, Subject = container.Id }, cancellation).ConfigureAwait(false);
        var image = collected.ImageId.Length == 0 ? null : await _images.FindAsync(collected.ImageId, TimeSpan.Zero, cancellation).ConfigureAwait(false);
        await _loop.Run(() => DecideUnasked(workload, container, isNew, collected, image), cancellation).ConfigureAwait(false);
    }

    private bool DecideUnasked(string workload, Container container, bool isNew, CollectedDemands collected, ScannedImage? image)
    {
        var now = _time.GetUtcNow();
        var wasAsked = _started.Contains(container.Id);
        var refusals = wasAsked ? [] : Judge(null, collected, image, now);
        var (isIn, wasIn) = (refusals.Count > 0, _quarantined.Contains(container.Id));
        // One of before may have been put there by an earlier process.
        if (isIn != wasIn || isNew)
            _agent.Quarantine(container.Id, isIn);
        _ = isIn ? _quarantined.Add(container.Id) : _quarantined.Remove(container.Id);
        var name = ShellWord.Printable(container.Name);
        if (isNew && !wasAsked)
        {
            Notice($"The container {name} runs although Docker did not ask about its start: it was started past the authorization plugin, or while Bulwark did not answer."
                + (isIn ? $" It is in quarantine, so no packet of it passes, because a start would have been refused: {string.Join(" ", refusals.Select(refusal => refusal.Cause + "."))}" : ""),
                isIn ? refusals[0].Hint : $"bulwark mode {ShellWord.Quote(workload)} protect");
        }
        else if (isIn != wasIn)
        {
            Notice(isIn ? $"The container {name} is in quarantine: {refusals[0].Cause}." : $"The container {name} is out of quarantine: it may start now.", isIn ? refusals[0].Hint : "");
        }
        return isIn;

        void Notice(string message, string hint) =>
            _state.Events.Append(Events.Make(now, Events.Notice, workload, message, hint) with { Container = container.Name });
    }

    private AuthorizeReport Decide(AuthorizeRequest request, CollectedDemands collected, ScannedImage? image)
    {
        var now = _time.GetUtcNow();
        NoteAsked(now);
        if (Judge(request, collected, image, now) is { Count: > 0 } refusals)
            return new(false, string.Join(" ", refusals.Select(refusal => refusal.ToString())));
        if (collected.StartedContainer.Length > 0 && _started.Add(collected.StartedContainer))
        {
            _database.Write(connection =>
            {
                StartedTable.Add(connection, collected.StartedContainer, now);
                StartedTable.Prune(connection);
            });
        }
        return new(true, "");
    }

    /// <param name="request">What Docker asks; null if it did not, and what is refused is not to be told as if it had.</param>
    private List<Refusal> Judge(AuthorizeRequest? request, CollectedDemands collected, ScannedImage? image, DateTimeOffset now)
    {
        var refusals = new List<Refusal>();
        foreach (var demand in collected.Demands.Where(demand => demand.StartsImage || !demand.Wanted.IsEmpty))
        {
            if (JudgePrivileges(request, demand, now) is { } refusal)
                refusals.Add(refusal);
            if (demand.StartsImage && JudgeImage(request, demand, collected, image, now) is { } failing)
                refusals.Add(failing);
        }
        return refusals;
    }

    private Refusal? JudgePrivileges(AuthorizeRequest? request, Demand demand, DateTimeOffset now)
    {
        if (demand.Wanted.IsEmpty)
            return null;
        var workload = _loop.Changer.Know(demand.Container, now);
        var mode = ModeOf(workload, demand, now);
        var missing = PrivilegeJudge.Missing(workload.Profile, demand.Wanted);
        if (mode == Mode.Learn || missing.IsEmpty)
        {
            var seen = mode == Mode.Learn ? demand.Wanted : [.. demand.Wanted.Where(workload.Profile.Privileges.ContainsKey)];
            _state.Put(workload with { Profile = PrivilegeJudge.Learn(workload.Profile, seen, now) });
            return null;
        }
        var name = workload.Workload.Name;
        var what = string.Join("; ", missing.Select(privilege => $"{privilege} (it {privilege.Meaning})"));
        return Tell(
            workload, demand, mode, "privilege", $"{ShellWord.Printable(name)}: no entry in its profile allows {ShellWord.Printable(what)}",
            AllowCommand(name, missing), request, now);
    }

    private Refusal? JudgeImage(AuthorizeRequest? request, Demand demand, CollectedDemands collected, ScannedImage? image, DateTimeOffset now)
    {
        var verdict = _images.Judge(image, collected.ImageNames, now);
        if (verdict.Reasons.IsEmpty)
            return null;
        var workload = _loop.Changer.Know(demand.Container, now);
        var mode = ModeOf(workload, demand, now);
        if (mode == Mode.Learn)
            return null;
        var name = demand.Container.Image;
        var repository = WorkloadResolver.Repository(name);
        var until = now.AddDays(30).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return Tell(
            workload, demand, mode, "image",
            $"{ShellWord.Printable(workload.Workload.Name)}: its image {ShellWord.Printable(name)} must not start: {string.Join("; ", verdict.Reasons)}. "
            + $"An exception is a line in {_options.Images.Exceptions}: * image={ShellWord.Printable(repository)} until={until} -- REASON",
            image is null ? "bulwark workloads" : $"bulwark scan {ShellWord.Quote(name)}", request is null ? null : request with { User = "" }, now);
    }

    private Refusal? Tell(
        WorkloadState workload, Demand demand, Mode mode, string reason, string cause, string hint, AuthorizeRequest? request, DateTimeOffset now)
    {
        var verdict = PrivilegeJudge.VerdictOf(mode);
        var isBlocked = verdict == Verdict.Blocked;
        if (request is null)
            return isBlocked ? new(cause, hint, 0) : null;
        workload = _state.Current.Workloads[workload.Workload.Identity];
        // A container that is made is started a moment later, which asks for the same.
        if (!isBlocked && _told.TryGetValue(cause, out var last) && now - last < s_sameAgain)
            return null;
        foreach (var (old, _) in _told.Where(told => now - told.Value >= s_sameAgain).ToList())
            _told.Remove(old);
        _told[cause] = now;
        _state.Put(workload with
        {
            Blocked = workload.Blocked + (isBlocked ? 1 : 0),
            WouldBlock = workload.WouldBlock + (isBlocked ? 0 : 1),
            LastWouldBlock = isBlocked ? workload.LastWouldBlock : now,
        });
        var user = request is { User.Length: > 0 } ? $" Asked for by {ShellWord.Printable(request.User)}." : "";
        var told = _state.Events.Append(
            Events.Make(now, Events.Authorization, workload.Workload.Name, $"{(isBlocked ? "Refused" : "Would be refused")}: {cause}.{user}", hint) with
            {
                Verdict = verdict,
                Reason = reason,
                Container = demand.Container.Name,
                Attempts = 1,
            });
        return isBlocked ? new(cause, hint, told.Id) : null;
    }

    private Mode ModeOf(WorkloadState workload, Demand demand, DateTimeOffset now) =>
        demand.Wanted.Any(privilege => privilege.IsDeed) ? workload.Profile.Mode : PrivilegeJudge.ModeOf(workload.Profile, ModeOfHost(now));

    private Mode ModeOfHost(DateTimeOffset now) => PrivilegeJudge.ModeOfHost(
        _state.Current.ModeOfNew, _options.Auto, now - (_askedSince ?? now), _options.Learning.MinimumTime, _options.Learning.AuditTime);

    private bool IsProtected(CollectedDemands collected)
    {
        var now = _time.GetUtcNow();
        var name = collected.Demands.Where(demand => demand.StartsImage)
            .Select(demand => WorkloadResolver.Resolve(demand.Container).Name).FirstOrDefault("");
        var profile = _state.Published.Workloads.Values.FirstOrDefault(workload => workload.Workload.Name == name)?.Profile ?? new(name);
        return PrivilegeJudge.ModeOf(profile, ModeOfHost(now)) == Mode.Protect;
    }

    private DateTimeOffset NoteAsked(DateTimeOffset now)
    {
        if (_askedSince is { } since)
            return since;
        _askedSince = now;
        _database.Write(connection => SettingTable.SaveAskedSince(connection, now));
        return now;
    }

    private static string AllowCommand(string workload, ImmutableArray<Privilege> privileges)
    {
        if (!ShellWord.IsPrintable(workload) || privileges.Any(privilege => !ShellWord.IsPrintable(privilege.ToString())))
            return "";
        var options = string.Join(' ', privileges.Select(privilege => $"--privilege {ShellWord.Quote(privilege.ToString())}"));
        return workload.StartsWith('-') ? $"bulwark allow {options} -- {ShellWord.Quote(workload)}" : $"bulwark allow {ShellWord.Quote(workload)} {options}";
    }

    /// <param name="Event">The number of the event that tells of it.</param>
    private sealed record Refusal(string Cause, string Hint, long Event)
    {
        public override string ToString()
        {
            var allow = Hint.StartsWith("bulwark allow", StringComparison.Ordinal) ? $" To allow it: {Hint}." : "";
            return string.Create(CultureInfo.InvariantCulture, $"Bulwark refuses this for {Cause}.{allow} More: bulwark explain {Event}");
        }
    }
}
