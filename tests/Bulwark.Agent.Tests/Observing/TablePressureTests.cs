using Bulwark.Agent.Observing;
using Bulwark.Agent.Tests.Harness;
using Bulwark.Kernel.Layout;
using Bulwark.Model.Observations;

namespace Bulwark.Agent.Tests.Observing;

public sealed class TablePressureTests
{
    [Theory]
    [InlineData(90, false)]
    [InlineData(91, true)]
    [InlineData(100, true)]
    public void A_table_is_warned_of_when_more_than_nine_tenths_are_taken(long entries, bool warned) =>
        Assert.Equal(warned, TablePressure.Warnings([new("policies", entries, 100)]).Any());

    [Fact]
    public void The_warning_says_what_comes_of_it_and_what_to_do() => Assert.Equal(
        "The kernel's table of what profiles allow is 95 % full (19 of 20); a profile that grows keeps its old version after that: " +
        "look at 'bulwark profile', and forget what is not needed.",
        Assert.Single(TablePressure.Warnings([new("policies", 19, 20)])));

    [Fact]
    public void Every_table_that_verdicts_need_is_warned_of_and_none_that_is_full_by_design()
    {
        using var kernel = new LoadedKernel();
        var full = kernel.Programs.TableSizes().Select(t => new TableStatus(t.Name, t.Capacity, t.Capacity)).ToList();

        var silent = full.Where(table => !TablePressure.Warnings([table]).Any()).Select(table => table.Name).Order(StringComparer.Ordinal);

        Assert.Equal(["new_names", "traffic"], silent);
    }

    [Fact]
    public void A_table_of_the_kernel_that_fills_is_told_of()
    {
        using var kernel = new LoadedKernel();
        for (var i = 0u; i < 15_000; i++)
            kernel.Programs.Workloads.Set(i + 1, new WorkloadPolicy());
        var tables = kernel.Programs.TableSizes().Select(t => new TableStatus(t.Name, t.Entries, t.Capacity));

        Assert.Contains("table of workloads is 91 % full (15000 of 16384)", Assert.Single(TablePressure.Warnings(tables)), StringComparison.Ordinal);
    }
}
