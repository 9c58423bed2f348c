using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FleetConsole.Server.Sources.GitRpc;

/// <summary>Gitaly's v2 token: <c>v2.HEX(HMAC-SHA256(secret, ts)).ts</c>, ts in Unix seconds, valid for 30 s either way.</summary>
internal static class GitRpcToken
{
    public static string Bearer(ReadOnlySpan<byte> secret, DateTimeOffset at)
    {
        var stamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var mac = HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(stamp));
        return $"Bearer v2.{Convert.ToHexStringLower(mac)}.{stamp}";
    }
}
