using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Bulwark.Cli.Maps;
using Bulwark.Cli.Output;
using Bulwark.Model;
using Bulwark.Server.Api.Contracts;
using CsCheck;

namespace Bulwark.Cli.Tests;

/// <summary>Names come from whoever starts a container: none may do anything to a terminal or to a drawing.</summary>
public sealed partial class SafetyTests
{
    private static readonly Gen<string> s_hostile = Gen.OneOf(
        Gen.String,
        Gen.Char[(char)0, (char)0x100].Array[0, 20].Select(characters => new string(characters)),
        Gen.OneOf([.. new[] { "\x1b[31m", "\x1b]0;title\a", "\u009b2J", "\u202e", "\u200b", "\U000e0041", "\ud800", "\"", "\\", "]", "end", "`", "#quot;",
            "<b>", "\n", "\r", "|", ";", "-->", "%%{init:{}}%%", "shop/web" }.Select(Gen.Const)]).Array[0, 6].Select(string.Concat));

    [Fact]
    public void No_text_keeps_a_character_that_a_terminal_obeys() => s_hostile.Sample(text => IsHarmless(PlainText.Of(text)));

    [Fact]
    public void Text_of_several_lines_keeps_its_line_breaks_and_nothing_else() => s_hostile.Sample(text =>
    {
        var safe = PlainText.Lines(text);
        return IsHarmless(safe.Replace("\n", "", StringComparison.Ordinal)) && safe.Count(c => c == '\n') == text.Count(c => c == '\n');
    });

    [Fact]
    public void Sanitising_twice_is_sanitising_once() =>
        s_hostile.Sample(text => PlainText.Of(PlainText.Of(text)) == PlainText.Of(text));

    [Theory]
    [InlineData("shop/web")]
    [InlineData("größe/日本語")]
    [InlineData("C:\\program 100%")]
    [InlineData("🐳 whale")]
    public void Harmless_text_stays_as_it_is(string text) => Assert.Equal(text, PlainText.Of(text));

    [Fact]
    public void An_escape_sequence_is_shown_instead_of_obeyed() =>
        Assert.Equal("a\\x1b[2Jb\\n\\u{202e}c", PlainText.Of("a\x1b[2Jb\n\u202ec"));

    [Fact]
    public void A_cell_is_safe_whichever_way_it_is_made() => s_hostile.Sample(text =>
        IsHarmless(new Cell(text).Text) && IsHarmless(((Cell)text).Text) && IsHarmless(Cell.List([text, text]).Text));

    [Fact]
    public void A_DOT_string_ends_at_its_last_quote_only() => s_hostile.Sample(text => DotString().IsMatch(DotMap.Quoted(text)));

    [Fact]
    public void A_Mermaid_label_holds_nothing_but_letters_digits_harmless_signs_and_codes() =>
        s_hostile.Sample(text => MermaidLabel().IsMatch(MermaidMap.Quoted(text)));

    [Fact]
    public void A_Mermaid_label_decodes_to_the_text() => s_hostile.Sample(text =>
        Code().Replace(MermaidMap.Quoted(text)[1..^1], code => new Rune(int.Parse(code.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).ToString())
            == PlainText.Of(text));

    [Fact]
    public void Drawings_of_hostile_maps_have_as_many_lines_as_those_of_harmless_ones() => s_hostile.Array[3].Sample(names =>
    {
        if (names.Distinct().Count() != 3)
            return true;
        var (hostile, harmless) = (MapOf(names[0], names[1], names[2]), MapOf("a", "b", "c"));
        return Lines(DotMap.Write(hostile)) == Lines(DotMap.Write(harmless))
            && Lines(MermaidMap.Write(hostile)) == Lines(MermaidMap.Write(harmless));
    });

    [Fact]
    public async Task Hostile_names_reach_neither_terminal_nor_pipe_in_any_format()
    {
        await using var server = await CannedServer.StartAsync();
        const string evil = "\x1b[2J\u009b\u202e\r\nevil";
        server.With("GET /v1/map", MapOf(evil, evil + "2", evil))
            .With("GET /v1/workloads", ImmutableArray.Create(Sample.Workloads[0] with { Name = evil, Zones = [evil], WaitsFor = [evil] }))
            .With("GET /v1/events", ImmutableArray.Create(Sample.Blocked with { Executable = evil, Message = evil, Peer = evil, Workload = evil }))
            .With("GET /v1/events/1042", Sample.Explained with { Paragraphs = [evil], Hint = evil, Event = Sample.Blocked with { Container = evil, Reason = evil } })
            .With("GET /v1/export", 200, "text/yaml", "name: " + evil);
        string[][] commands =
        [
            ["map"], ["map", "-o", "json"], ["map", "-o", "dot"], ["map", "-o", "mermaid"], ["workloads"], ["workloads", "-o", "json"],
            ["events"], ["events", "-o", "json"], ["explain", "1042"], ["export", "--format", "networkpolicy"],
        ];
        foreach (var terminal in new[] { true, false })
        {
            foreach (var command in commands)
            {
                var shell = new Shell { IsTerminal = terminal, Variables = { ["NO_COLOR"] = "1" } };
                await shell.RunAsync(server, command);
                Assert.Contains("evil", shell.Out, StringComparison.Ordinal);
                Assert.True(IsHarmless(shell.Out.Replace("\n", "", StringComparison.Ordinal)), string.Join(' ', command));
            }
        }
    }

    private static MapReport MapOf(string client, string server, string zone) => new(
        [new(client, "workload", Mode.Learn, 1, []), new(server, "workload", Mode.Learn, 1, [])],
        [Sample.Map.Conversations[0] with { Client = client, Server = server, Port = client, Protocol = server + "x" }],
        [new(zone, [new(client, false, ""), new(server, false, "")])]);

    private static int Lines(string text) => text.Count(character => character == '\n');

    private static bool IsHarmless(string text) => text.All(character => !char.IsControl(character))
        && text.EnumerateRunes().All(rune => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Control));

    [GeneratedRegex("""^"([^"\\\n]|\\["\\])*"$""")]
    private static partial Regex DotString();

    [GeneratedRegex("""^"(\w|[\p{L}\p{N} ./:@,-]|#[0-9]+;|[\ud800-\udfff])*"$""")]
    private static partial Regex MermaidLabel();

    [GeneratedRegex("#([0-9]+);")]
    private static partial Regex Code();
}
