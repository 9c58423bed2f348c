// Package upgrade hands a server's listeners to a new process of its own program, as a Git RPC server's SIGHUP does: no
// connection is refused meanwhile, and both processes share the sockets until the old one has drained.
package upgrade

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

const (
	marker = "GIT_RPC_SERVER_UPGRADE"
	// Descriptors of a new process: its listeners in their order, then the pipe that it tells its readiness by.
	firstFile = 3
)

// Listen opens the addresses, or takes over the listeners of the process that started this one.
func Listen(addresses ...string) ([]net.Listener, error) {
	listeners := make([]net.Listener, 0, len(addresses))
	for i, address := range addresses {
		listener, err := listen(i, address)
		if err != nil {
			return nil, err
		}
		listeners = append(listeners, listener)
	}
	return listeners, nil
}

func listen(i int, address string) (net.Listener, error) {
	if os.Getenv(marker) == "" {
		return net.Listen("tcp", address)
	}
	file := os.NewFile(uintptr(firstFile+i), address)
	defer file.Close() // net.FileListener works on a copy
	return net.FileListener(file)
}

// Ready tells everybody that this process serves now: the pid file, if there is one, the process before it, and systemd.
func Ready(pidFile string, listeners int) error {
	if pidFile != "" {
		if err := writePid(pidFile); err != nil {
			return err
		}
	}
	if os.Getenv(marker) == "" {
		return Notify("READY=1")
	}
	os.Unsetenv(marker)
	pipe := os.NewFile(uintptr(firstFile+listeners), "readiness")
	defer pipe.Close()
	_, err := pipe.Write([]byte{1})
	return err
}

// Renamed into place: a reader finds the old pid or the new one.
func writePid(path string) error {
	if err := os.WriteFile(path+".new", []byte(strconv.Itoa(os.Getpid())+"\n"), 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// HandOver starts program with this process's arguments on the same listeners and returns when the new process serves. When it does
// not within the deadline, it is killed, and this process is as it was.
func HandOver(program string, listeners []net.Listener, deadline time.Duration) (pid int, err error) {
	ready, write, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer ready.Close()
	cmd := exec.Command(program, os.Args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), marker+"=1")
	// A group of its own: whoever ends the old process's group must not end the new process.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	for _, listener := range listeners {
		file, err := listener.(*net.TCPListener).File()
		if err != nil {
			write.Close()
			return 0, err
		}
		defer file.Close()
		cmd.ExtraFiles = append(cmd.ExtraFiles, file)
	}
	cmd.ExtraFiles = append(cmd.ExtraFiles, write)
	err = cmd.Start()
	write.Close()
	if err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if err := await(ready, deadline); err != nil {
		cmd.Process.Kill()
		return 0, fmt.Errorf("the new process %d does not serve: %v (%v)", cmd.Process.Pid, err, <-ended)
	}
	// To systemd the new process is a stranger until the main process names it.
	return cmd.Process.Pid, Notify("MAINPID=" + strconv.Itoa(cmd.Process.Pid))
}

func await(ready *os.File, deadline time.Duration) error {
	if err := ready.SetReadDeadline(time.Now().Add(deadline)); err != nil {
		return err
	}
	_, err := ready.Read(make([]byte, 1))
	if errors.Is(err, io.EOF) {
		return errors.New("it ended")
	}
	return err
}

// Notify tells systemd, when it asked to be told; see sd_notify(3).
func Notify(state string) error {
	socket := os.Getenv("NOTIFY_SOCKET")
	if socket == "" {
		return nil
	}
	conn, err := net.Dial("unixgram", socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write([]byte(state))
	return err
}
