package server

import (
	"net"
	"syscall"
)

// behindForkLock makes every accepted connection take its turn at ForkLock, in the place where Go without
// accept4 had to keep a new descriptor out of children forked before it was close-on-exec. It is the write
// lock: RWMutex lets a reader in after one writer, so a read lock would only ever wait for one fork, while a
// writer queues behind all that came first, and a server with a queue of forks can no longer be reached.
type behindForkLock struct {
	net.Listener
}

func (l behindForkLock) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	syscall.ForkLock.Lock()
	defer syscall.ForkLock.Unlock()
	return conn, nil
}
