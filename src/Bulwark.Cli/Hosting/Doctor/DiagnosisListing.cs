using Bulwark.Cli.Output;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>A diagnosis for people: a table, then what to do about each thing that is not as it should be.</summary>
internal static class DiagnosisListing
{
    public static void Write(Diagnosis diagnosis, Screen screen)
    {
        var listing = new Listing(new("CHECK"), new("STATE"), new("FOUND"));
        foreach (var check in diagnosis.Checks)
            listing.Row(check.Name, State(check.State), check.Found);
        listing.WriteTo(screen);
        foreach (var check in diagnosis.Checks.Where(check => check.State != CheckState.Ok))
        {
            screen.Line();
            screen.Line(Cell.Strong(check.Name), ": ", check.Cost, ".");
            screen.Line("  ", check.Remedy);
        }
        screen.Note(diagnosis.CanRun
            ? new Cell("Bulwark can run here.", Tone.Good)
            : new Cell("Bulwark cannot run here.", Tone.Bad));
    }

    private static Cell State(CheckState state) => state switch
    {
        CheckState.Ok => new("ok", Tone.Good),
        CheckState.Warning => new("warning", Tone.Warning),
        _ => new("missing", Tone.Bad),
    };
}
