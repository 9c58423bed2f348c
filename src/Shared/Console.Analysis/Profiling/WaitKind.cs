namespace FleetConsole.Analysis.Profiling;

/// <summary>What kind of thing a goroutine waits for.</summary>
public enum WaitKind
{
    /// <summary>For nothing that is told here.</summary>
    None,

    /// <summary>A <c>sync.Mutex</c>.</summary>
    Mutex,

    /// <summary>A <c>sync.RWMutex</c>, to write.</summary>
    WriteLock,

    /// <summary>A <c>sync.RWMutex</c>, to read.</summary>
    ReadLock,

    /// <summary>To send to a channel or to receive from one.</summary>
    Channel,
}

/// <summary>
/// Walks over a stack from the innermost frame on and finds what it waits for: the lock's kind, its address, and how many frames belong to the lock and not to who wants it.
/// </summary>
internal struct WaitScan
{
    // sync.RWMutex { w Mutex { state int32, sema uint32 }, writerSem, readerSem uint32, ... }: the same from Go 1.8 to 1.25, since Mutex is its first field.
    private const int MutexSema = 4;
    private const int WriterSema = 8;
    private const int ReaderSema = 12;

    private ulong _receiver, _semaphore, _channel;
    private bool _isInLock, _isPast, _hasMutex;
    private int _shown;
    private WaitKind _kind;

    public WaitScan() => _isInLock = true;

    public void Add(FunctionRole role, ulong address)
    {
        if (_isPast)
            return;
        if (role == FunctionRole.RuntimeChannel)
            _channel = address;
        else if (role is FunctionRole.RuntimeSemacquire or FunctionRole.Semacquire && _semaphore == 0)
            _semaphore = address;
        else if (role is FunctionRole.MutexLock or FunctionRole.WriteLock or FunctionRole.ReadLock && _receiver == 0)
            _receiver = address;
    }

    /// <summary>Called for each frame that stays.</summary>
    public void Show(FunctionRole role)
    {
        _isInLock &= FunctionRoles.IsLock(role);
        if (!_isInLock)
        {
            _isPast = true;
            return;
        }

        _shown++;
        _hasMutex |= role == FunctionRole.MutexLock;
        _kind = role switch
        {
            FunctionRole.WriteLock => WaitKind.WriteLock,
            FunctionRole.ReadLock => WaitKind.ReadLock,
            _ when _kind != WaitKind.None => _kind,
            _ => WaitKind.Mutex,
        };
    }

    public readonly (ulong Address, int LockFrames, WaitKind Kind) Outcome()
    {
        if (_shown == 0)
            return (_channel, 0, _channel == 0 ? WaitKind.None : WaitKind.Channel);
        if (_receiver != 0 || _semaphore == 0)
            return (_receiver, _shown, _kind);
        var offset = _kind == WaitKind.ReadLock ? ReaderSema : _kind == WaitKind.WriteLock && !_hasMutex ? WriterSema : MutexSema;
        return (_semaphore - (ulong)offset, _shown, _kind);
    }
}
