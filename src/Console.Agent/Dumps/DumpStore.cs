using FleetConsole.Agent.Configuration;
using FleetConsole.Contracts.Agent.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FleetConsole.Agent.Dumps;

/// <summary>
/// Each unit's last dump, beside the journal: the evidence of an ABORT cannot be taken a second time, so it must not hang on one connection.
/// </summary>
internal sealed class DumpStore(AgentSettings settings)
{
    /// <exception cref="IOException">The file cannot be written.</exception>
    public DumpFile Create(UnitSettings unit, DumpHeader header) => new(PathOf(unit), header);

    /// <summary>Streams the command's dump; false, and nothing sent, when it is not the one that is kept.</summary>
    public async Task<bool> SendAsync(UnitSettings unit, string commandId, bool withHeader, IServerStreamWriter<DumpChunk> stream, CancellationToken cancel)
    {
        if (Open(unit) is not { } file)
            return false;
        await using (file)
        {
            try
            {
                if (Next(file) is not { ContentCase: DumpChunk.ContentOneofCase.Header } first || first.Header.CommandId != commandId)
                    return false;
                for (var chunk = withHeader ? first : Next(file); chunk is not null; chunk = Next(file))
                    await stream.WriteAsync(chunk, cancel);
            }
            catch (InvalidProtocolBufferException e)
            {
                throw new RpcException(new Status(StatusCode.DataLoss, $"The kept dump of unit {unit.Name} is damaged: {e.Message}", e));
            }
        }

        return true;
    }

    private string PathOf(UnitSettings unit) => $"{settings.JournalPath}.{unit.Name}.dump";

    private FileStream? Open(UnitSettings unit)
    {
        try
        {
            return new FileStream(PathOf(unit), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static DumpChunk? Next(FileStream file) => file.Position < file.Length ? DumpChunk.Parser.ParseDelimitedFrom(file) : null;
}
