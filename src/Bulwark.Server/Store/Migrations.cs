using System.Collections.Immutable;

namespace Bulwark.Server.Store;

/// <summary>
/// The steps that make the database's schema, in order. The number of steps that were taken is the file's <c>user_version</c>.
/// A step that was released is never changed: a change is a new step.
/// </summary>
internal static class Migrations
{
    /// <summary>Marks a file as Bulwark's ("BLWK").</summary>
    public const int ApplicationId = 0x424C_574B;

    public static readonly ImmutableArray<string> Steps =
    [
        """
        CREATE TABLE workloads (
            identity INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            project TEXT NOT NULL,
            image TEXT NOT NULL,
            blocked INTEGER NOT NULL DEFAULT 0,
            would_block INTEGER NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE identities (
            identity INTEGER PRIMARY KEY,
            peer TEXT NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE profiles (
            workload INTEGER PRIMARY KEY REFERENCES workloads (identity) ON DELETE CASCADE,
            mode TEXT NOT NULL,
            pinned INTEGER NOT NULL,
            mode_since INTEGER NOT NULL,
            learning TEXT NOT NULL
        ) STRICT;

        CREATE TABLE entries (
            workload INTEGER NOT NULL REFERENCES workloads (identity) ON DELETE CASCADE,
            direction TEXT NOT NULL,
            peer TEXT NOT NULL,
            port TEXT NOT NULL,
            origin TEXT NOT NULL,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            connections INTEGER NOT NULL,
            bytes_sent INTEGER NOT NULL,
            bytes_received INTEGER NOT NULL,
            sightings INTEGER NOT NULL,
            executables TEXT NOT NULL,
            protocol TEXT NOT NULL,
            server_names TEXT NOT NULL,
            PRIMARY KEY (workload, direction, peer, port)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            kind TEXT NOT NULL,
            verdict TEXT,
            reason TEXT NOT NULL,
            workload TEXT NOT NULL,
            container TEXT NOT NULL,
            direction TEXT NOT NULL,
            peer TEXT NOT NULL,
            address TEXT NOT NULL,
            port TEXT NOT NULL,
            executable TEXT NOT NULL,
            process_id INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            message TEXT NOT NULL,
            hint TEXT NOT NULL
        ) STRICT;
        CREATE INDEX events_by_workload ON events (workload, id);

        CREATE TABLE activity (
            workload INTEGER NOT NULL REFERENCES workloads (identity) ON DELETE CASCADE,
            direction TEXT NOT NULL,
            peer TEXT NOT NULL,
            port TEXT NOT NULL,
            bucket INTEGER NOT NULL,
            connections INTEGER NOT NULL,
            PRIMARY KEY (bucket, workload, direction, peer, port)
        ) STRICT, WITHOUT ROWID;
        """,
        """
        CREATE TABLE settings (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
        "ALTER TABLE identities ADD COLUMN seen INTEGER;",
        """
        ALTER TABLE entries ADD COLUMN sightings_at_last_executable INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE entries ADD COLUMN has_unknown_executables INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE entries ADD COLUMN only_executables INTEGER NOT NULL DEFAULT 0;
        """,
        """
        CREATE TABLE privileges (
            workload INTEGER NOT NULL REFERENCES workloads (identity) ON DELETE CASCADE,
            privilege TEXT NOT NULL,
            origin TEXT NOT NULL,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            PRIMARY KEY (workload, privilege)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE started (
            container TEXT PRIMARY KEY,
            time INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE images (
            id TEXT PRIMARY KEY,
            scanned INTEGER NOT NULL,
            scan TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE fixes (
            vulnerability TEXT NOT NULL,
            package TEXT NOT NULL,
            known_since INTEGER NOT NULL,
            PRIMARY KEY (vulnerability, package)
        ) STRICT, WITHOUT ROWID;
        """,
        """
        ALTER TABLE entries ADD COLUMN lowest_data_port INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE entries ADD COLUMN highest_data_port INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE entries ADD COLUMN data_connections INTEGER NOT NULL DEFAULT 0;
        """,
        """
        CREATE TABLE executables (
            image TEXT NOT NULL,
            path TEXT NOT NULL,
            package TEXT NOT NULL,
            version TEXT NOT NULL,
            PRIMARY KEY (image, path)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE drifted (
            workload INTEGER NOT NULL REFERENCES workloads (identity) ON DELETE CASCADE,
            path TEXT NOT NULL,
            PRIMARY KEY (workload, path)
        ) STRICT, WITHOUT ROWID;

        ALTER TABLE events ADD COLUMN executable_origin TEXT NOT NULL DEFAULT '';
        ALTER TABLE events ADD COLUMN package TEXT NOT NULL DEFAULT '';
        ALTER TABLE events ADD COLUMN package_version TEXT NOT NULL DEFAULT '';
        """,
    ];
}
