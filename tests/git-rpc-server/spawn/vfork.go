package spawn

import (
	"os"
	"sync"
)

// vforkExec starts children through os.StartProcess. That takes ForkLock out of sight, so nobody could tell
// waiting from forking; since every child of this process starts here, a turn taken first is the same queue
// and can be timed.
type vforkExec struct {
	turn sync.Mutex
}

func (v *vforkExec) start(path string, argv, env []string, files [standardFiles]*os.File, locked func()) (*os.Process, error) {
	v.turn.Lock()
	defer v.turn.Unlock()
	locked()
	return os.StartProcess(path, argv, &os.ProcAttr{Env: env, Files: files[:]})
}
