package spawn

import (
	"os"
	"runtime"
	"syscall"
	"unsafe"
)

// The runtime's own preparations for a fork: signals off in the parent's thread, and in the child handlers
// reset before they come back on.

//go:linkname runtimeBeforeFork syscall.runtime_BeforeFork
func runtimeBeforeFork()

//go:linkname runtimeAfterFork syscall.runtime_AfterFork
func runtimeAfterFork()

//go:linkname runtimeAfterForkInChild syscall.runtime_AfterForkInChild
func runtimeAfterForkInChild()

const standardFiles = 3

// forkExec is syscall.forkExec with a plain fork in it. It keeps ForkLock until the child has exec'd: today's
// Go does so too, because a vforking parent sleeps until then.
func forkExec(path string, argv, env []string, files [standardFiles]*os.File, locked func()) (*os.Process, error) {
	argv0, err := syscall.BytePtrFromString(path)
	if err != nil {
		return nil, err
	}
	argvp, err := syscall.SlicePtrFromStrings(argv)
	if err != nil {
		return nil, err
	}
	envp, err := syscall.SlicePtrFromStrings(env)
	if err != nil {
		return nil, err
	}
	var fds [standardFiles]uintptr
	for i, file := range files {
		fds[i] = file.Fd()
	}

	syscall.ForkLock.Lock()
	locked()
	pid, err := forkLocked(argv0, argvp, envp, &fds)
	syscall.ForkLock.Unlock()

	runtime.KeepAlive(files)
	if err != nil {
		return nil, os.NewSyscallError("fork/exec "+path, err)
	}
	return os.FindProcess(pid)
}

// forkLocked forks and waits until the child has exec'd (the pipe closes) or failed to (it carries the errno).
func forkLocked(argv0 *byte, argv, env []*byte, fds *[standardFiles]uintptr) (int, error) {
	var pipe [2]int
	if err := syscall.Pipe2(pipe[:], syscall.O_CLOEXEC); err != nil {
		return 0, err
	}
	defer syscall.Close(pipe[0])
	for _, fd := range append(fds[:len(fds):len(fds)], uintptr(pipe[1])) {
		if fd < standardFiles { // the child would overwrite it before using it
			syscall.Close(pipe[1])
			return 0, syscall.EBADF
		}
	}

	pid, errno := forkAndExecInChild(argv0, &argv[0], &env[0], fds, uintptr(pipe[1]))
	syscall.Close(pipe[1])
	if errno != 0 {
		return 0, errno
	}

	var failure syscall.Errno
	buffer := (*[unsafe.Sizeof(failure)]byte)(unsafe.Pointer(&failure))[:]
	n, err := syscall.Read(pipe[0], buffer)
	for err == syscall.EINTR {
		n, err = syscall.Read(pipe[0], buffer)
	}
	if err == nil && n == 0 {
		return pid, nil
	}
	reap(pid)
	switch {
	case err != nil:
		return 0, err
	case n != len(buffer):
		return 0, syscall.EPIPE
	}
	return 0, failure
}

func reap(pid int) {
	var status syscall.WaitStatus
	for {
		if _, err := syscall.Wait4(pid, &status, 0, nil); err != syscall.EINTR {
			return
		}
	}
}

// forkAndExecInChild forks without CLONE_VM and CLONE_VFORK, so that the kernel copies this process's page
// tables, and execs in the child. Between the fork and the exec the child has one thread and whatever locks
// other threads held: it must not allocate, grow its stack or be scheduled, hence only raw system calls.
//
//go:noinline
//go:nosplit
//go:norace
func forkAndExecInChild(argv0 *byte, argv, env **byte, fds *[standardFiles]uintptr, pipe uintptr) (int, syscall.Errno) {
	var errno syscall.Errno

	runtimeBeforeFork()
	pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 || pid != 0 {
		runtimeAfterFork()
		return int(pid), errno
	}

	runtimeAfterForkInChild()
	for i := uintptr(0); i < standardFiles; i++ {
		// dup3 without O_CLOEXEC: the copy outlives the exec, the original does not.
		if _, _, errno = syscall.RawSyscall(syscall.SYS_DUP3, fds[i], i, 0); errno != 0 {
			goto failed
		}
	}
	_, _, errno = syscall.RawSyscall(syscall.SYS_EXECVE,
		uintptr(unsafe.Pointer(argv0)), uintptr(unsafe.Pointer(argv)), uintptr(unsafe.Pointer(env)))

failed:
	syscall.RawSyscall(syscall.SYS_WRITE, pipe, uintptr(unsafe.Pointer(&errno)), unsafe.Sizeof(errno))
	for {
		syscall.RawSyscall(syscall.SYS_EXIT, 253, 0, 0)
	}
}
