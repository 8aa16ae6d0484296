namespace Bulwark.Fuzz;

/// <summary>
/// Gives one input to one target, and sees that it keeps to what holds for every parser: no exception but the documented ones, and memory in
/// proportion to the input. Time is for whoever calls: it differs between machines.
/// </summary>
internal static class Trial
{
    // What a parser may take for buffers and tables of its own, and for each byte that it is given: one that packs a small input out may have to
    // make a thousand bytes of it.
    private const long FreeBytes = 64L << 20;
    private const long BytesForEach = 4096;

    /// <returns>Whether the parser took it; else it refused it, as documented.</returns>
    /// <exception cref="FuzzFailure">It did not hold.</exception>
    public static bool Run(FuzzTarget target, byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var taken = true;
        try
        {
            target.Read(input);
        }
        catch (Exception e) when (e is not FuzzFailure)
        {
            if (!target.Refusals.Any(refusal => refusal.IsInstanceOfType(e)))
                throw new FuzzFailure($"{target.Name} threw {e.GetType().Name}: {e.Message}", e);
            taken = false;
        }
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        if (bytes > FreeBytes + BytesForEach * input.Length)
            throw new FuzzFailure($"{target.Name} took {bytes >> 10} KiB of memory for {input.Length} bytes");
        return taken;
    }

    /// <summary>Fails if something that a result has is not in proportion to the input.</summary>
    public static void Limit(string what, long count, long most)
    {
        if (count > most)
            throw new FuzzFailure($"{count} {what}, and {most} are the most that there may be");
    }
}
