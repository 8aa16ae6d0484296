using System.Text;

namespace Bulwark.Model.Tests.Protocols;

/// <summary>First payloads, as clients and servers of each protocol send them.</summary>
internal static class Captures
{
    /// <param name="Name">What sent it.</param>
    /// <param name="Protocol">The right name.</param>
    public sealed record Capture(string Name, string Protocol, bool FromClient, string Port, byte[] Payload)
    {
        public override string ToString() => Name;
    }

    // OpenSSL 3.0 through Python's ssl module, asking for Registry.Example.com.
    public const string OpenSslHello =
        "1603010200010001fc0303190f02a905f1a984a1cb3870dcb2d0f8e3f7dbc8b957f390fe3c6267490337602048e57eb7237cceef394138"
        + "267d0f0557e363dcdfa5c1625489a35ac3cf5916710024130213031301c02cc030c02bc02fcca9cca8c024c028c023c027009f009e006b"
        + "006700ff0100018f00000019001700001452656769737472792e4578616d706c652e636f6d000b000403000102000a00160014001d0017"
        + "001e0019001801000101010201030104002300000016000000170000000d002a0028040305030603080708080809080a080b0804080508"
        + "06040105010601030303010302040205020602002b00050403040303002d00020101003300260024001d002032353b7c080bf5a8de8b60"
        + "a2081e1c39709f3e092adf00c6cf19ff7cc967fa13001500d9000000000000000000000000000000000000000000000000000000000000"
        + "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        + "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        + "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        + "00000000000000000000000000000000000000000000";

    public static IReadOnlyList<Capture> All { get; } =
    [
        new("HTTP request of curl", "http", true, "80/tcp", Ascii("GET /index.html HTTP/1.1\r\nHost: web\r\nUser-Agent: curl/7.88.1\r\n\r\n")),
        new("HTTP proxy request", "http", true, "3128/tcp", Ascii("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")),
        new("HTTP with a long target", "http", true, "80/tcp", Ascii("GET /?q=" + new string('x', 600))),
        new("HTTP response", "http", false, "80/tcp", Ascii("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")),
        new("HTTP/2 client", "http2", true, "80/tcp", Hex("505249202a20485454502f322e300d0a0d0a534d0d0a0d0a 000012 04 00 00000000 000300000064 000402000000 000200000000")),
        new("HTTP/2 server", "http2", false, "80/tcp", Hex("000012 04 00 00000000 000300000080 000400010000 000500ffffff")),
        new("HTTP/2 server of Go", "http2", false, "80/tcp", Hex("000000 04 00 00000000 000000 04 01 00000000")),
        new("gRPC request of Go", "grpc", true, "50051/tcp", Hex("505249202a20485454502f322e300d0a0d0a534d0d0a0d0a 000000 04 00 00000000 000013 01 04 00000001 83 86 5f 8b 1d75d0620d263d4c4d6564 00 00 00 00")),
        new("gRPC request in plain text", "grpc", true, "50051/tcp", Hex("505249202a20485454502f322e300d0a0d0a534d0d0a0d0a 000000 04 00 00000000 000014 01 04 00000001 83 86 5f 10 6170706c69636174696f6e2f67727063")),
        new("TLS hello of OpenSSL", "tls", true, "443/tcp", Hex(OpenSslHello)),
        new("TLS server hello", "tls", false, "443/tcp", Hex("160303005a 02000056 0303 " + new string('a', 64) + " 20 " + new string('b', 64) + " 1302 00 000e 002b00020304 00330004001d0000")),
        new("TLS alert", "tls", false, "443/tcp", Hex("15030100020228")),
        new("QUIC Initial", "quic", true, "443/udp", Hex("c300000001 08 8394c8f03e515708 00 00 449e 7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c0bab")),
        new("QUIC version 2 Initial", "quic", true, "443/udp", Hex("d36b3343cf 08 8394c8f03e515708 00 00 449e a0c95e82ffe67b6abcdb4298b485dd04de806071bf03dceebfa162e75d6c96058bdbfb")),
        new("QUIC server Initial", "quic", false, "443/udp", Hex("cf00000001 00 08 f067a5502a4262b5 00 4075 c0d95a482cd0991cd25b0aac406a")),
        new("QUIC Version Negotiation", "quic", false, "443/udp", Hex("8000000000 00 08 f067a5502a4262b5 00000001 6b3343cf")),
        new("PostgreSQL startup", "postgresql", true, "5432/tcp", Hex("00000029 00030000 75736572 00 706f737467726573 00 6461746162617365 00 706f737467726573 00 00")),
        new("PostgreSQL SSLRequest", "postgresql", true, "5432/tcp", Hex("00000008 04d2162f")),
        new("PostgreSQL GSSENCRequest", "postgresql", true, "5432/tcp", Hex("00000008 04d21630")),
        new("PostgreSQL CancelRequest", "postgresql", true, "5432/tcp", Hex("00000010 04d2162e 00001f90 1234abcd")),
        new("PostgreSQL SASL request", "postgresql", false, "5432/tcp", Hex("52 00000017 0000000a 534352414d2d5348412d323536 00 00")),
        new("PostgreSQL refusal", "postgresql", false, "5432/tcp", [.. Hex("45 00000020"), .. Ascii("SFATAL\0VFATAL\0C28000\0Mno\0\0")]),
        new("MySQL 8 greeting", "mysql", false, "3306/tcp", Hex("49000000 0a 382e302e3335 00 08000000 0102030405060708 00 ffff ff 0200 ffdf 15 00000000000000000000 1112131415161718191a1b1c 00 6d7973716c5f6e61746976655f70617373776f7264 00")),
        new("MariaDB greeting", "mysql", false, "3306/tcp", Hex("6a000000 0a 352e352e352d31302e31312e342d4d617269614442 00 2a000000 4142434445464748 00 fef7 2d 0200 ff81 15 000000000000 1d000000")),
        new("MySQL: too many connections", "mysql", false, "3306/tcp", [.. Hex("17000000 ff 1004"), .. Ascii("Too many connections")]),
        new("MySQL login", "mysql", true, "3306/tcp", Hex("2a000001 85a6ff01 00000001 2d " + new string('0', 46) + " 726f6f7400 00 6d7973716c00")),
        new("rpcinfo's question for all programs", "portmap", true, "111/tcp", Hex("80000028 12345678 00000000 00000002 000186a0 00000002 00000004 00000000 00000000 00000000 00000000")),
        new("a question for the port of NFS", "portmap", true, "111/udp", Hex("12345678 00000000 00000002 000186a0 00000002 00000003 00000000 00000000 00000000 00000000 000186a3 00000003 00000006 00000000")),
        new("NFS version 4", "nfs", true, "2049/tcp", Hex("80000028 5f3c2a11 00000000 00000002 000186a3 00000004 00000000 00000000 00000000 00000000 00000000")),
        new("a mount of NFS version 3", "rpc", true, "41234/udp", Hex("5f3c2a12 00000000 00000002 000186a5 00000003 00000001 00000000 00000000 00000000 00000000 00000004 2f737276")),
        new("a bind to the endpoint mapper of DCE", "dcerpc", true, "135/tcp", Hex("05000b03 10000000 4800 0000 01000000 b810 b810 00000000 01 00 0000 0000 0100 0883afe11f5dc91191a408002b14a0fa 03000000 045d888aeb1cc9119fe808002b104860 02000000")),
        new("Redis command", "redis", true, "6379/tcp", Ascii("*2\r\n$3\r\nGET\r\n$5\r\nhello\r\n")),
        new("Redis inline ping", "redis", true, "6380/tcp", Ascii("PING\r\n")),
        new("Redis inline info", "redis", true, "6379/tcp", Ascii("info\r\n")),
        new("Redis pong", "redis", false, "6379/tcp", Ascii("+PONG\r\n")),
        new("Redis wants a password", "redis", false, "6379/tcp", Ascii("-NOAUTH Authentication required.\r\n")),
        new("Redis hello", "redis", false, "6379/tcp", Ascii("%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n")),
        new("MongoDB hello", "mongodb", true, "27017/tcp", Hex("36000000 01000000 00000000 dd070000 00000000 00 21000000 1068656c6c6f000100000002246462000600000061646d696e0000")),
        new("MongoDB old hello", "mongodb", true, "27017/tcp", Hex("3a000000 01000000 00000000 d4070000 00000000 61646d696e2e24636d6400 00000000 ffffffff 130000001069736d6173746572000100000000")),
        new("MongoDB reply", "mongodb", false, "27017/tcp", Hex("30000000 07000000 01000000 01000000 08000000 0000000000000000 00000000 01000000 0c000000106f6b000100000000")),
        new("Kafka ApiVersions", "kafka", true, "9092/tcp", Hex("00000028 0012 0003 00000000 000c 636f6e736f6c652d636f6e73 00 0a 6c696272646b616661 06 322e302e32 00")),
        new("Kafka Metadata", "kafka", true, "9092/tcp", Hex("00000016 0003 0001 00000001 0008 70726f6475636572 00000000")),
        new("AMQP 0-9-1", "amqp", true, "5672/tcp", Hex("414d5150 00000901")),
        new("AMQP 1.0", "amqp", true, "5672/tcp", Hex("414d5150 00010000")),
        new("AMQP 1.0 with SASL", "amqp", true, "5672/tcp", Hex("414d5150 03010000")),
        new("RabbitMQ's start", "amqp", false, "5672/tcp", Hex("01 0000 000001fc 000a 000a 00 09 000001d7 0c6361706162696c6974696573")),
        new("SSH client", "ssh", true, "22/tcp", Ascii("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")),
        new("SSH server", "ssh", false, "2222/tcp", Ascii("SSH-2.0-dropbear_2022.83\r\n")),
        new("DNS query", "dns", true, "53/udp", Hex("1a2b 0120 0001 0000 0000 0001 03777777076578616d706c6503636f6d00 0001 0001 00002904d00000000000")),
        new("DNS answer", "dns", false, "53/udp", Hex("1a2b 8180 0001 0001 0000 0000 03777777076578616d706c6503636f6d00 0001 0001 c00c 0001 0001 00000e10 0004 5db8d822")),
        new("DNS query over TCP", "dns", true, "53/tcp", Hex("0021 1a2b 0100 0001 0000 0000 0000 03777777076578616d706c6503636f6d00 0001 0001")),
        new("DNS query for the root", "dns", true, "53/udp", Hex("0001 0000 0001 0000 0000 0000 00 0002 0001")),
        new("Multicast DNS query", "dns", true, "5353/udp", Hex("0000 0000 0001 0000 0000 0000 055f68747470045f746370056c6f63616c00 000c 8001")),
        new("vsftpd", "ftp", false, "2121/tcp", Ascii("220 (vsFTPd 3.0.3)\r\n")),
        new("FTP that does not say so", "ftp", false, "21/tcp", Ascii("220 Welcome\r\n")),
        new("FTP login", "ftp", true, "21/tcp", Ascii("USER anonymous\r\n")),
        new("FTP wants TLS", "ftp", true, "21/tcp", Ascii("AUTH TLS\r\n")),
        new("Postfix", "smtp", false, "25/tcp", Ascii("220 mail.example.com ESMTP Postfix (Debian/GNU)\r\n")),
        new("Mail server named ftp", "smtp", false, "2525/tcp", Ascii("220 ftp.example.com ESMTP Exim 4.96\r\n")),
        new("Mail server that does not say so", "smtp", false, "25/tcp", Ascii("220 mail.example.com ready\r\n")),
        new("SMTP client", "smtp", true, "587/tcp", Ascii("EHLO client.example.com\r\n")),
        new("Memcached set", "memcached", true, "11211/tcp", Ascii("set key 0 -1 5\r\nhello\r\n")),
        new("Memcached get", "memcached", true, "11211/tcp", Ascii("get key\r\n")),
        new("Memcached value", "memcached", false, "11211/tcp", Ascii("VALUE key 0 5\r\nhello\r\nEND\r\n")),
        new("Memcached binary get", "memcached", true, "11211/tcp", Hex("80 00 0005 00 00 0000 00000005 00000000 0000000000000000 48656c6c6f")),
        new("Memcached binary answer", "memcached", false, "11211/tcp", Hex("81 00 0000 04 00 0000 00000009 00000000 0000000000000001 deadbeef 576f726c64")),
        new("Memcached stats over UDP", "memcached", true, "11211/udp", [.. Hex("0001 0000 0001 0000"), .. Ascii("stats\r\n")]),
        new("NATS server", "nats", false, "4222/tcp", Ascii("INFO {\"server_id\":\"NB\",\"version\":\"2.10.4\"}\r\n")),
        new("NATS client", "nats", true, "4222/tcp", Ascii("CONNECT {\"verbose\":false,\"pedantic\":false}\r\nPING\r\n")),
        new("NTP client", "ntp", true, "123/udp", Hex("23 00 06 20 " + new string('0', 72) + " e8f4b1c2a3d4e5f6")),
        new("NTP server", "ntp", false, "123/udp", Hex("24 02 06 e9 00000a1b 00000c2d c0a80101 e8f4b1a000000000 e8f4b1c2a3d4e5f6 e8f4b1c2b0000000 e8f4b1c2b0010000")),
        new("SNTP client on another port", "ntp", true, "1123/udp", Hex("1b 000000 " + new string('0', 72) + " e8f4b1c2a3d4e5f6")),
    ];

    public static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    public static ServerPort Port(string text) =>
        ServerPort.TryParse(text, out var port) ? port : throw new FormatException(text);
}
