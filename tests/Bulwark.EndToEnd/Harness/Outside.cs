namespace Bulwark.EndToEnd.Harness;

/// <summary>
/// Everything that is not a container: the gateway of all hosts, with a DNS server, a PostgreSQL server and an internet of HTTP servers.
/// </summary>
public sealed class Outside
{
    /// <summary>The gateway; it is the DNS server, too.</summary>
    public const string Gateway = "203.0.113.2";
    public const string Gateway6 = "2001:db8:113::2";

    /// <summary>The external database, a CNAME's target.</summary>
    public const string DatabaseName = "orders.db.example.com";
    public const string DatabaseAlias = "orders.example.com";
    public const string DatabaseAddress = "203.0.113.20";
    public const int DatabasePort = 5432;

    /// <summary>A web service with two IPv4 and two IPv6 addresses.</summary>
    public const string ApiName = "api.example.com";
    public const string ApiAddress = "203.0.113.30";
    public const string ApiAddress6 = "2001:db8:113::30";

    /// <summary>Addresses that nobody talks with while learning, and that have no name.</summary>
    public const string StrangerAddress = "203.0.113.66";
    public const string StrangerAddress6 = "2001:db8:113::66";

    /// <summary>A name that nobody asks for while learning.</summary>
    public const string StrangerName = "stranger.example.net";

    /// <summary>A domain whose every name is the stranger's; nobody asks for one while learning.</summary>
    public const string StrangerDomain = "many.example.net";

    private Outside(Machine machine) => Machine = machine;

    public Machine Machine { get; }

    public static async Task<Outside> StartAsync(Sandbox sandbox)
    {
        var machine = await Machine.StartAsync(sandbox, "outside");
        _ = (await machine.BashAsync(
            """
            ip link add hosts type bridge
            ip link set hosts up
            for address in 2 20 30 31 66 67; do ip address add 203.0.113.$address/24 dev hosts; done
            for address in 2 20 30 31 66 67; do ip -6 address add 2001:db8:113::$address/64 dev hosts nodad; done
            """)).Text;
        machine.Start(
            "dns.log", "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file", "--user=root",
            "--log-facility=-", "--log-queries", "--bind-interfaces", "--listen-address=" + Gateway, "--local-ttl=5",
            $"--host-record={DatabaseName},{DatabaseAddress},2001:db8:113::20", $"--cname={DatabaseAlias},{DatabaseName}",
            $"--host-record={ApiName},{ApiAddress},{ApiAddress6}", $"--host-record={ApiName},203.0.113.31,2001:db8:113::31",
            $"--host-record={StrangerName},203.0.113.67,2001:db8:113::67", $"--address=/{StrangerDomain}/203.0.113.67");
        machine.Start(
            "internet.log", "/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "outside.py"), "80", "443", "4444", "8080");
        var outside = new Outside(machine);
        await outside.StartDatabaseAsync(sandbox);
        await sandbox.UntilAsync("the internet answers", TimeSpan.FromSeconds(30), ["internet.log"], async () =>
            (await outside.CurlAsync($"http://{ApiAddress}/")).Text.Length > 0);
        await sandbox.UntilAsync("the external database answers", TimeSpan.FromSeconds(30), ["database.log"], async () =>
            (await outside.AskDatabaseAsync("SELECT 1")).Text == "1");
        return outside;
    }

    /// <summary>Connects a host, which gets the addresses 203.0.113.<paramref name="number"/> and 2001:db8:113::<paramref name="number"/>.</summary>
    public async Task ConnectAsync(Machine host, int number)
    {
        await Machine.ConnectAsync(Machine, host.Name, host, "uplink");
        _ = (await Machine.RunAsync("ip", "link", "set", host.Name, "master", "hosts")).Text;
        _ = (await host.BashAsync(
            $"""
            ip address add 203.0.113.{number}/24 dev uplink
            ip -6 address add 2001:db8:113::{number}/64 dev uplink nodad
            ip route add default via {Gateway}
            ip -6 route add default via {Gateway6}
            """)).Text;
        // An earlier host may have had them, with another hardware address.
        foreach (var address in (string[])[$"203.0.113.{number}", $"2001:db8:113::{number}"])
            _ = (await Machine.RunAsync("ip", "neighbour", "flush", "to", address)).Text;
    }

    /// <summary>Asks a URL from here, as a user of the application does.</summary>
    public Task<CommandResult> CurlAsync(string url) => Machine.RunAsync("curl", "-sSf", "--noproxy", "*", "--max-time", "8", url);

    private Task<CommandResult> AskDatabaseAsync(string statement) =>
        Machine.RunAsync("psql", "-h", DatabaseAddress, "-U", "orders", "-d", "orders", "-Atc", statement);

    private async Task StartDatabaseAsync(Sandbox sandbox)
    {
        const string prepare =
            """
            user="setpriv --reuid postgres --regid postgres --clear-groups --"
            binaries=$(echo /usr/lib/postgresql/*/bin)
            install -d -m 0700 -o postgres "$1"
            $user "$binaries/initdb" -D "$1" -A trust --no-sync --no-locale -E UTF8 -U orders
            printf 'local all all trust\nhost all all all trust\n' > "$1/pg_hba.conf"
            echo 'CREATE DATABASE orders' | $user "$binaries/postgres" --single -D "$1" postgres
            """;
        const string run =
            """
            exec setpriv --reuid postgres --regid postgres --clear-groups -- $(echo /usr/lib/postgresql/*/bin)/postgres -D "$1" \
                -c listen_addresses='*' -c unix_socket_directories= -c fsync=off -c shared_buffers=16MB
            """;
        var cluster = sandbox.PathOf("database");
        _ = (await Machine.BashAsync(prepare, cluster)).Text;
        Machine.Start("database.log", "bash", "-euc", run, "bash", cluster);
    }
}
