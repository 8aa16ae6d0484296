namespace Bulwark.Agent.Starts;

/// <summary>Somebody waits for a container to be watched.</summary>
internal sealed class AwaitedStart(StartQuestion question, DateTimeOffset until)
{
    private readonly TaskCompletionSource<string> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StartQuestion Question { get; } = question;

    /// <summary>Then the asker goes without.</summary>
    public DateTimeOffset Until { get; } = until;

    /// <summary>What it waits for, in a person's words; empty once the container is watched.</summary>
    public string Missing { get; set; } = "nobody looked at it yet";

    /// <summary><see cref="StartQuestion.Ready"/>, or what was missing in the end.</summary>
    public Task<string> Answer => _answer.Task;

    public void Settle() => _answer.TrySetResult(Missing.Length == 0 ? StartQuestion.Ready : Missing);
}
