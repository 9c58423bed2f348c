// Package spawn starts child processes in one of two ways and measures what that costs.
package spawn

import "fmt"

// Mode is how a child comes to be.
type Mode int

const (
	// Vfork is Go's own way since 1.9: the child borrows the parent's address space until it execs, so the
	// cost does not depend on the parent's size.
	Vfork Mode = iota
	// Fork is Go's way before 1.9: the kernel copies the parent's page tables first.
	Fork
)

// ParseMode reads a mode as settings files name it.
func ParseMode(name string) (Mode, error) {
	switch name {
	case "spawn":
		return Vfork, nil
	case "fork":
		return Fork, nil
	}
	return 0, fmt.Errorf(`%q is neither "fork" nor "spawn"`, name)
}
