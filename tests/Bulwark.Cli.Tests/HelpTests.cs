namespace Bulwark.Cli.Tests;

public sealed class HelpTests
{
    private static readonly CommandLine s_line = new(new Output.Terminal { Out = TextWriter.Null, Error = TextWriter.Null }, new FakeHost());

    public static TheoryData<string> Commands => [.. s_line.Root.Subcommands.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_shows_an_example_and_where_exit_codes_are_told(string command)
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync([command, "--help"]));
        Assert.Contains("Examples:\n  ", shell.Out, StringComparison.Ordinal);
        Assert.Contains("bulwark help exit-codes", shell.Out, StringComparison.Ordinal);
        Assert.Equal("", shell.Error);
    }

    [Fact]
    public async Task Every_example_can_be_parsed()
    {
        foreach (var example in s_line.Root.Subcommands.OfType<CliCommand>().SelectMany(command => command.Examples))
        {
            // The bulwark part only: not sudo, not what a pipe or a redirection leads to.
            var words = System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(example.Replace('\'', '"'))
                .SkipWhile(word => !word.EndsWith("bulwark", StringComparison.Ordinal)).Skip(1)
                .TakeWhile(word => word is not ("|" or ">")).Select(word => word.TrimEnd(')')).ToList();
            Assert.Empty(s_line.Root.Parse(words).Errors);
        }
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Bulwark_alone_shows_the_overview()
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync([]));
        GoldenFile.Check("help.txt", shell.Out);
    }

    [Theory]
    [InlineData("exit-codes", "130")]
    [InlineData("output", "NO_COLOR")]
    [InlineData("environment", "BULWARK_SOCKET")]
    [InlineData("names", "range:203.0.113.0/24")]
    [InlineData("simulate", "--forget")]
    public async Task Help_knows_topics_and_commands(string topic, string expected)
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync(["help", topic]));
        Assert.Contains(expected, shell.Out, StringComparison.Ordinal);
    }
}
