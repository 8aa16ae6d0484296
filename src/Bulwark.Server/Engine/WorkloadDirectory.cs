using System.Collections.Concurrent;
using Bulwark.Model;
using Bulwark.Model.Workloads;
using Bulwark.Server.Store;

namespace Bulwark.Server.Engine;

/// <summary>
/// Every workload ever seen. An identity is stored before it is told to anyone: the kernel keeps policies under it across restarts,
/// so it must never be given to another workload.
/// </summary>
public sealed class WorkloadDirectory : IWorkloadDirectory
{
    private readonly Lock _adding = new();
    private readonly Database _database;
    private readonly ConcurrentDictionary<string, Workload> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Identity, Workload> _byIdentity = new();
    private uint _next = Identity.FirstWorkload;

    public WorkloadDirectory(Database database, IEnumerable<Workload> known)
    {
        _database = database;
        foreach (var workload in known)
        {
            Put(workload);
            _next = Math.Max(_next, workload.Identity.Value + 1);
        }
    }

    public Workload GetOrAdd(Container container)
    {
        var (kind, name, project) = WorkloadResolver.Resolve(container);
        if (_byName.TryGetValue(name, out var known) && known.Image == container.Image)
            return known;
        lock (_adding)
        {
            var workload = _byName.TryGetValue(name, out known)
                ? known with { Image = container.Image }
                : new Workload(new(_next), name, kind) { Project = project, Image = container.Image };
            if (!new Identity(workload.Identity.Value).IsWorkload)
                throw new InvalidOperationException("Every identity of a workload is used up; no more workloads can be told apart.");
            if (workload == known)
                return workload;
            _database.Write(connection => WorkloadTable.Save(connection, workload));
            Put(workload);
            _next = Math.Max(_next, workload.Identity.Value + 1);
            return workload;
        }
    }

    /// <summary>The workload with an identity, or null if there is none.</summary>
    public Workload? Find(Identity identity) => _byIdentity.GetValueOrDefault(identity);

    /// <summary>The identity of the workload with exactly this name, or null.</summary>
    public Identity? Find(string name) => _byName.TryGetValue(name, out var workload) ? workload.Identity : null;

    private void Put(Workload workload)
    {
        _byName[workload.Name] = workload;
        _byIdentity[workload.Identity] = workload;
    }
}
