namespace Bulwark.Model.Protocols;

/// <summary>The names that <see cref="ProtocolRecogniser"/> gives to application protocols.</summary>
public static class ProtocolNames
{
    public const string Amqp = "amqp";
    public const string DceRpc = "dcerpc";
    public const string Dns = "dns";
    public const string Ftp = "ftp";
    public const string Grpc = "grpc";
    public const string Http = "http";
    public const string Http2 = "http2";
    public const string Kafka = "kafka";
    public const string Memcached = "memcached";
    public const string MongoDb = "mongodb";
    public const string MySql = "mysql";
    public const string Nats = "nats";
    public const string Nfs = "nfs";
    public const string Ntp = "ntp";
    public const string PortMap = "portmap";
    public const string PostgreSql = "postgresql";
    public const string Quic = "quic";
    public const string Redis = "redis";
    public const string Rpc = "rpc";
    public const string Smtp = "smtp";
    public const string Ssh = "ssh";
    public const string Tls = "tls";
}
