namespace Bulwark.Cli.Hosting.Demo.Parts;

/// <summary>Where the application's parts listen, by the names that Docker gives their containers.</summary>
internal static class Addresses
{
    public const string Web = "web";
    public const string Database = "database";
    public const int ProxyPort = 80;
    public const int WebPort = 8000;

    /// <summary>The port of Redis, whose protocol the database speaks.</summary>
    public const int DatabasePort = 6379;

    /// <summary>A port of the database that nobody uses: something to attack.</summary>
    public const int MaintenancePort = 6380;
}
