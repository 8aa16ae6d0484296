namespace Bulwark.Model.Protocols;

/// <summary>
/// Names the application protocol of a connection from the first payload that one side sent. The bytes come from an adversary:
/// nothing here throws, reads past the payload or allocates (but for a server name), and a name is only given on evidence that a
/// longer capture of the same payload would not take back, except that <c>http2</c> may turn out to be <c>grpc</c>.
/// </summary>
public static class ProtocolRecogniser
{
    /// <summary>The protocol and the TLS server name; neither when the payload is of no known kind or too short to tell.</summary>
    /// <param name="firstPayload">The first bytes of the first TCP segment or UDP datagram with a payload; may be cut off.</param>
    /// <param name="fromClient">Whether the side that opened the connection sent it.</param>
    /// <param name="port">The server's port. It decides between formats that look alike, and never makes a name by itself.</param>
    public static RecognisedProtocol Recognise(ReadOnlySpan<byte> firstPayload, bool fromClient, ServerPort port)
    {
        if (port.Transport == Transport.Tcp)
            return fromClient ? TcpClient(firstPayload, port.Port) : TcpServer(firstPayload, port.Port);
        if (port.Transport == Transport.Udp)
            return new(Udp(firstPayload, fromClient, port.Port));
        return default;
    }

    private static RecognisedProtocol TcpClient(ReadOnlySpan<byte> payload, ushort port)
    {
        if (TlsFormat.IsClientHello(payload))
            return new(ProtocolNames.Tls, TlsServerName.Read(payload));
        if (Http2Format.IsClientPreface(payload))
            return new(GrpcFormat.IsRequest(payload) ? ProtocolNames.Grpc : ProtocolNames.Http2);
        if (HttpFormat.IsRequest(payload))
            return new(ProtocolNames.Http);
        if (SshFormat.IsIdentification(payload))
            return new(ProtocolNames.Ssh);
        if (AmqpFormat.IsProtocolHeader(payload))
            return new(ProtocolNames.Amqp);
        if (PostgreSqlFormat.IsFrontend(payload))
            return new(ProtocolNames.PostgreSql);
        if (MySqlFormat.IsHandshakeResponse(payload))
            return new(ProtocolNames.MySql);
        if (MongoDbFormat.IsRequest(payload))
            return new(ProtocolNames.MongoDb);
        if (RedisFormat.IsRequest(payload, port))
            return new(ProtocolNames.Redis);
        if (NatsFormat.IsConnect(payload))
            return new(ProtocolNames.Nats);
        if (MemcachedFormat.IsRequest(payload))
            return new(ProtocolNames.Memcached);
        if (SmtpFormat.IsHello(payload))
            return new(ProtocolNames.Smtp);
        if (FtpFormat.IsLogin(payload, port))
            return new(ProtocolNames.Ftp);
        if (DnsFormat.IsTcpMessage(payload, fromClient: true))
            return new(ProtocolNames.Dns);
        if (KafkaFormat.IsRequest(payload))
            return new(ProtocolNames.Kafka);
        if (RpcFormat.IsBind(payload))
            return new(ProtocolNames.DceRpc);
        return new(RpcFormat.NameOfCall(payload, isRecord: true));
    }

    private static RecognisedProtocol TcpServer(ReadOnlySpan<byte> payload, ushort port)
    {
        if (TlsFormat.IsServerAnswer(payload))
            return new(ProtocolNames.Tls);
        if (HttpFormat.IsResponse(payload))
            return new(ProtocolNames.Http);
        if (SshFormat.IsIdentification(payload))
            return new(ProtocolNames.Ssh);
        if (AmqpFormat.IsProtocolHeader(payload) || AmqpFormat.IsConnectionStart(payload))
            return new(ProtocolNames.Amqp);
        if (MySqlFormat.IsGreeting(payload))
            return new(ProtocolNames.MySql);
        if (PostgreSqlFormat.IsBackend(payload))
            return new(ProtocolNames.PostgreSql);
        if (MongoDbFormat.IsReply(payload))
            return new(ProtocolNames.MongoDb);
        if (RedisFormat.IsReply(payload))
            return new(ProtocolNames.Redis);
        if (NatsFormat.IsServerInformation(payload))
            return new(ProtocolNames.Nats);
        if (SmtpFormat.IsBanner(payload, port))
            return new(ProtocolNames.Smtp);
        if (FtpFormat.IsBanner(payload, port))
            return new(ProtocolNames.Ftp);
        if (MemcachedFormat.IsReply(payload))
            return new(ProtocolNames.Memcached);
        if (DnsFormat.IsTcpMessage(payload, fromClient: false))
            return new(ProtocolNames.Dns);
        if (Http2Format.IsServerPreface(payload))
            return new(ProtocolNames.Http2);
        return default;
    }

    private static string Udp(ReadOnlySpan<byte> payload, bool fromClient, ushort port)
    {
        if (QuicFormat.IsLongHeader(payload, fromClient))
            return ProtocolNames.Quic;
        if (port != DnsFormat.NetBiosNamePort && DnsFormat.IsMessage(payload, fromClient))
            return ProtocolNames.Dns;
        if (NtpFormat.IsPacket(payload, fromClient, port))
            return ProtocolNames.Ntp;
        if (MemcachedFormat.IsDatagram(payload, fromClient))
            return ProtocolNames.Memcached;
        return fromClient ? RpcFormat.NameOfCall(payload, isRecord: false) : "";
    }
}
