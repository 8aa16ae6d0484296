using System.Collections.Immutable;
using Bulwark.Model;
using Bulwark.Model.Workloads;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Store;

/// <summary>Every workload ever seen, with the attempts outside its profile.</summary>
public static class WorkloadTable
{
    public static ImmutableArray<StoredWorkload> Load(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT identity, name, kind, project, image, blocked, would_block FROM workloads");
        using var reader = command.ExecuteReader();
        var workloads = ImmutableArray.CreateBuilder<StoredWorkload>();
        while (reader.Read())
        {
            var workload = new Workload(new((uint)reader.GetInt64(0)), reader.GetString(1), reader.GetEnum<WorkloadKind>(2))
            {
                Project = reader.GetString(3),
                Image = reader.GetString(4),
            };
            workloads.Add(new(workload, reader.GetInt64(5), reader.GetInt64(6)));
        }
        return workloads.ToImmutable();
    }

    public static void Save(SqliteConnection connection, Workload workload)
    {
        using var command = connection.Prepare(
            """
            INSERT INTO workloads (identity, name, kind, project, image) VALUES (@identity, @name, @kind, @project, @image)
            ON CONFLICT (identity) DO UPDATE SET project = excluded.project, image = excluded.image
            """,
            "@identity", "@name", "@kind", "@project", "@image");
        command.Set("@identity", workload.Identity.Value).Set("@name", workload.Name).Set("@kind", workload.Kind)
            .Set("@project", workload.Project).Set("@image", workload.Image).ExecuteNonQuery();
    }

    public static void SaveCounts(SqliteConnection connection, Identity workload, long blocked, long wouldBlock)
    {
        using var command = connection.Prepare(
            "UPDATE workloads SET blocked = @blocked, would_block = @wouldBlock WHERE identity = @identity",
            "@identity", "@blocked", "@wouldBlock");
        command.Set("@identity", workload.Value).Set("@blocked", blocked).Set("@wouldBlock", wouldBlock).ExecuteNonQuery();
    }
}
