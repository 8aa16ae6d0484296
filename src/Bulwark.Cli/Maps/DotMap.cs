using System.Text;
using Bulwark.Cli.Output;
using Bulwark.Model;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Maps;

/// <summary>The map for Graphviz: <c>bulwark map -o dot | dot -Tsvg</c>.</summary>
internal static class DotMap
{
    public static string Write(MapReport map)
    {
        var graph = new MapGraph(map);
        var dot = new StringBuilder("""
            digraph bulwark {
              rankdir=LR;
              graph [fontname="sans-serif", color="#94a3b8", style="rounded"];
              node [fontname="sans-serif", shape=box, style="rounded,filled", fillcolor="#f1f5f9", color="#64748b"];
              edge [fontname="sans-serif", fontsize=10];

            """);
        for (var index = 0; index < graph.Zones.Count; index++)
        {
            var (name, members) = graph.Zones[index];
            Line(dot, "  ", $"subgraph cluster_{index} {{");
            Line(dot, "    ", $"label={Quoted(name)};");
            foreach (var peer in members)
                Line(dot, "    ", Node(graph, peer));
            Line(dot, "  ", "}");
        }
        foreach (var peer in graph.Loose)
            Line(dot, "  ", Node(graph, peer));
        foreach (var (client, server, verdict, label) in graph.Edges)
            Line(dot, "  ", $"{client} -> {server} [label={Quoted(label)}, {Style(verdict)}];");
        return dot.Append("}\n").ToString();
    }

    /// <summary>A double-quoted DOT string. A backslash starts an escape there, so both it and the quote are escaped.</summary>
    public static string Quoted(string text) =>
        '"' + PlainText.Of(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';

    private static string Node(MapGraph graph, PeerReport peer) =>
        $"{graph.Id(peer)} [label={Quoted(peer.Peer)}{(peer.Kind == "workload" ? "" : ", shape=ellipse, style=dashed")}];";

    private static string Style(Verdict verdict) => verdict switch
    {
        Verdict.Allowed => "color=\"#16a34a\"",
        Verdict.WouldBlock => "color=\"#d97706\", style=dashed",
        _ => "color=\"#dc2626\", style=bold, arrowhead=tee",
    };

    private static void Line(StringBuilder dot, string indent, string text) => dot.Append(indent).Append(text).Append('\n');
}
