using System.Globalization;

namespace FleetConsole.Server.Storage;

/// <summary>The disk of the data folder is nearly full: the last of it is for the database, without which nothing can be done to the fleet.</summary>
internal sealed class NoRoomException(long freeMegabytes, int keepFree) : IOException(string.Create(CultureInfo.InvariantCulture,
    $"The disk of the console's data folder has {freeMegabytes:N0} MiB left, and Storage:KeepFreeMegabytes keeps {keepFree:N0} of them for the database: no capture is stored. Make room on it, or have an administrator delete captures."));
