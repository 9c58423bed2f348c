// Package growth makes a server's virtual memory grow with its age.
package growth

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// minMapping keeps the number of mappings small however slow the growth is.
const minMapping = 4 << 20

// Memory is address space that costs page tables and next to no memory: every page but the first of each
// mapping is the shared zero page. fork still has to copy every table entry, because the one page written
// makes the mapping anonymous memory of this process in the kernel's eyes.
type Memory struct {
	mappings [][]byte
	bytes    int64
	owed     int64
}

// Bytes is the size of all mappings.
func (m *Memory) Bytes() int64 { return m.bytes }

// Grow adds about that many bytes, in whole pages and mappings of at least 4 MiB: what is too little for one
// is owed to the next call.
func (m *Memory) Grow(bytes int64) error {
	m.owed += bytes
	if m.owed < minMapping {
		return nil
	}
	page := int64(os.Getpagesize())
	size := m.owed / page * page
	m.owed = 0
	mapping, err := unix.Mmap(-1, 0, int(size), unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE)
	if err != nil {
		return fmt.Errorf("map %d bytes: %w", size, err)
	}
	// A huge page would need one table entry for 512 pages, and a write would take 2 MiB of real memory.
	// EINVAL is a kernel without huge pages.
	if err := unix.Madvise(mapping, unix.MADV_NOHUGEPAGE); err != nil && !errors.Is(err, unix.EINVAL) {
		unix.Munmap(mapping)
		return fmt.Errorf("madvise: %w", err)
	}
	mapping[0] = 1
	var sum byte
	for at := page; at < size; at += page {
		sum += mapping[at]
	}
	runtime.KeepAlive(sum)
	m.mappings = append(m.mappings, mapping)
	m.bytes += size
	return nil
}

// Shrink gives back the newest mappings, at least one and until that many bytes are gone.
func (m *Memory) Shrink(bytes int64) {
	m.owed = 0
	for given := int64(0); given < bytes && len(m.mappings) > 0; {
		last := m.mappings[len(m.mappings)-1]
		m.mappings = m.mappings[:len(m.mappings)-1]
		m.bytes -= int64(len(last))
		given += int64(len(last))
		unix.Munmap(last)
	}
}

// Release unmaps everything.
func (m *Memory) Release() {
	for _, mapping := range m.mappings {
		unix.Munmap(mapping)
	}
	*m = Memory{}
}
