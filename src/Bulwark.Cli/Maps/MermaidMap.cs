using System.Globalization;
using System.Text;
using Bulwark.Cli.Output;
using Bulwark.Model;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Maps;

/// <summary>The map as a Mermaid flow chart, which many wikis and code hosts draw.</summary>
internal static class MermaidMap
{
    public static string Write(MapReport map)
    {
        var graph = new MapGraph(map);
        var chart = new StringBuilder("flowchart LR\n");
        for (var index = 0; index < graph.Zones.Count; index++)
        {
            var (name, members) = graph.Zones[index];
            Line(chart, $"  subgraph z{index}[{Quoted(name)}]");
            foreach (var peer in members)
                Line(chart, "    " + Node(graph, peer));
            Line(chart, "  end");
        }
        foreach (var peer in graph.Loose)
            Line(chart, "  " + Node(graph, peer));
        foreach (var (client, server, verdict, label) in graph.Edges)
            Line(chart, $"  {client} {Arrow(verdict)}|{Quoted(label)}| {server}");
        for (var index = 0; index < graph.Edges.Count; index++)
            Line(chart, string.Create(CultureInfo.InvariantCulture, $"  linkStyle {index} stroke:{Colour(graph.Edges[index].Verdict)}"));
        return chart.ToString();
    }

    /// <summary>A quoted Mermaid label. Only what can't be syntax, HTML or Markdown stands for itself; the rest is <c>#code;</c>.</summary>
    public static string Quoted(string text)
    {
        var label = new StringBuilder("\"");
        foreach (var rune in PlainText.Of(text).EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || (rune.IsAscii && " ./:@-,".Contains((char)rune.Value, StringComparison.Ordinal)))
                label.Append(rune.ToString());
            else
                label.Append(CultureInfo.InvariantCulture, $"#{rune.Value};");
        }
        return label.Append('"').ToString();
    }

    private static string Node(MapGraph graph, PeerReport peer) => peer.Kind == "workload"
        ? $"{graph.Id(peer)}[{Quoted(peer.Peer)}]"
        : $"{graph.Id(peer)}([{Quoted(peer.Peer)}])";

    private static string Arrow(Verdict verdict) => verdict switch
    {
        Verdict.Allowed => "-->",
        Verdict.WouldBlock => "-.->",
        _ => "--x",
    };

    private static string Colour(Verdict verdict) => verdict switch
    {
        Verdict.Allowed => "#16a34a",
        Verdict.WouldBlock => "#d97706",
        _ => "#dc2626",
    };

    private static void Line(StringBuilder chart, string text) => chart.Append(text).Append('\n');
}
