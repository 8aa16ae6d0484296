using System.Diagnostics;
using System.Globalization;
using Bulwark.Fuzz;
using SharpFuzz;

switch (args)
{
    case ["list"]:
        foreach (var target in FuzzTarget.All)
            Console.WriteLine(target.Name);
        return 0;

    // Writes what there is to start from.
    case ["seeds", var name, var directory] when FuzzTarget.Find(name) is { } target:
        Directory.CreateDirectory(directory);
        var number = 0;
        foreach (var seed in target.Seeds.Concat(RealFiles(target)))
            File.WriteAllBytes(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{number++:D4}")), seed);
        return 0;

    // What afl-fuzz starts. Instrumented code only runs once there is memory to count in, so that the target must not be looked for before.
    case ["run", var name]:
        FuzzTarget? chosen = null;
        Fuzzer.OutOfProcess.Run(stream =>
        {
            chosen ??= FuzzTarget.Find(name) ?? throw new ArgumentException($"there is no target {name}");
            using var input = new MemoryStream();
            stream.CopyTo(input);
            Trial.Run(chosen, input.ToArray());
        });
        return 0;

    // Tries damage without looking at what the parser does with it, until the time is over.
    case ["loop", var name, var seconds] when FuzzTarget.Find(name) is { } target && int.TryParse(seconds, CultureInfo.InvariantCulture, out var most):
        var mutator = new Mutator([.. target.Seeds.Concat(RealFiles(target))], Environment.TickCount);
        var (began, tries, longest) = (Stopwatch.GetTimestamp(), 0L, TimeSpan.Zero);
        for (; Stopwatch.GetElapsedTime(began).TotalSeconds < most; tries++)
        {
            var input = mutator.Next();
            var start = Stopwatch.GetTimestamp();
            try
            {
                Trial.Run(target, input);
            }
            catch (FuzzFailure e)
            {
                var kept = Path.Combine(Path.GetTempPath(), $"bulwark-fuzz-{name}-{Guid.NewGuid():N}");
                File.WriteAllBytes(kept, input);
                Console.WriteLine($"{e}\nThe input is in {kept}");
                return 1;
            }
            if (Stopwatch.GetElapsedTime(start) is var took && took > longest)
            {
                longest = took;
                if (took.TotalSeconds > 1)
                    File.WriteAllBytes(Path.Combine(Path.GetTempPath(), $"bulwark-fuzz-{name}-slow"), input);
            }
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {tries} inputs, the slowest took {longest.TotalMilliseconds:F0} ms"));
        return 0;

    // Tells what one input does.
    case ["replay", var name, .. var files] when FuzzTarget.Find(name) is { } target:
        foreach (var file in files)
        {
            var start = Stopwatch.GetTimestamp();
            string outcome;
            try
            {
                outcome = Trial.Run(target, File.ReadAllBytes(file)) ? "taken" : "refused";
            }
            catch (FuzzFailure e)
            {
                outcome = e.ToString();
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms, {outcome}"));
        }
        return 0;

    default:
        Console.Error.WriteLine("Bulwark.Fuzz list | seeds TARGET DIRECTORY | run TARGET | loop TARGET SECONDS | replay TARGET FILE...");
        return 2;
}

static IEnumerable<byte[]> RealFiles(FuzzTarget target)
{
    foreach (var pattern in target.RealFiles)
    {
        var directory = Path.GetDirectoryName(pattern)!;
        if (!Directory.Exists(directory))
            continue;
        foreach (var file in Directory.EnumerateFiles(directory, Path.GetFileName(pattern)).Order(StringComparer.Ordinal).Take(20))
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[Math.Min(stream.Length, target.RealBytes)];
            stream.ReadExactly(bytes);
            yield return bytes;
        }
    }
}
