using Bulwark.Runtimes.Docker;

namespace Bulwark.Runtimes.Tests.Docker;

public sealed class DirtySetTests
{
    private readonly DirtySet<string> _set = new();

    [Fact]
    public async Task Marks_before_a_look_fold_into_one()
    {
        _set.Mark("a");
        _set.Mark("a");
        _set.Mark("b");

        Assert.Equal("a", await _set.TakeAsync(default));
        Assert.Equal("b", await _set.TakeAsync(default));
        Assert.False(_set.TakeAsync(default).AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_mark_during_a_look_leads_to_another_one_after_it()
    {
        _set.Mark("a");
        await _set.TakeAsync(default);
        _set.Mark("a");

        var next = _set.TakeAsync(default).AsTask();
        Assert.False(next.IsCompleted);
        _set.Done("a");

        Assert.Equal("a", await next);
    }
}
