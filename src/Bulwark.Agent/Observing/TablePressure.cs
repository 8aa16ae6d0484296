using System.Collections.Frozen;
using System.Globalization;
using Bulwark.Model.Observations;

namespace Bulwark.Agent.Observing;

/// <summary>Says in a person's words which tables of the kernel are nearly full, and what comes of it.</summary>
internal static class TablePressure
{
    // What it holds, and what happens when it is full. Tables whose being full harms nothing, or shows in other ways, are not here.
    private static readonly FrozenDictionary<string, (string What, string Then)> s_tables = new Dictionary<string, (string, string)>
    {
        ["endpoints"] = ("interfaces", "containers that start after that are not watched: run fewer on this host"),
        ["workloads"] = ("workloads", "new workloads are not watched after that: run fewer on this host"),
        ["policies"] = ("what profiles allow", "a profile that grows keeps its old version after that: look at 'bulwark profile', and forget what is not needed"),
        ["addresses"] = ("containers' addresses", "further containers are taken for the world after that: run fewer on this host"),
        ["ranges"] = ("services outside by address", "further ones are taken for the world after that: look at 'bulwark profile', and forget what is not needed"),
        ["names"] = ("services outside by name", "further ones are not known by name after that: look at 'bulwark profile', and forget what is not needed"),
        ["name_addresses"] = ("addresses that names have", "the longest unused are forgotten after that, and new connections to them blocked until the name is asked for again"),
        ["openings"] = ("connections that wait for an answer", "the longest waiting are forgotten after that, and late answers to datagrams blocked: 'bulwark map' shows who opens so many"),
        ["tcp_connections"] = ("TCP connections", "the longest idle are forgotten after that, and judged anew when they go on: 'bulwark map' shows who has so many"),
        ["other_connections"] = ("exchanges of datagrams", "the longest idle are forgotten after that, and blocked if the server speaks first: 'bulwark map' shows who has so many"),
    }.ToFrozenDictionary();

    /// <summary>A sentence for each table that is more than 90 % full.</summary>
    public static IEnumerable<string> Warnings(IEnumerable<TableStatus> tables)
    {
        foreach (var table in tables)
        {
            if (table.Entries * 10 > table.Capacity * 9 && s_tables.TryGetValue(table.Name, out var words))
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"The kernel's table of {words.What} is {100 * table.Entries / table.Capacity} % full ({table.Entries} of {table.Capacity}); {words.Then}.");
            }
        }
    }
}
