// Package settings reads what a deploy stamps on the server and what may change while it runs.
package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"sync/atomic"
	"time"

	"git-rpc-server/spawn"
)

// maxTimes keeps a second's growth far below the address space that there is.
const maxTimes = 1000

// Settings is the content of a settings file.
type Settings struct {
	Version              string
	SpawnMode            spawn.Mode
	GrowUntilUtilisation float64 // +Inf when unlimited
	GrowTimes            float64 // times as fast as the server was told to grow; 1 when not given
}

// Read reads and validates a settings file.
func Read(path string) (Settings, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return Settings{}, fmt.Errorf("settings: %w", err)
	}
	s, err := parse(content)
	if err != nil {
		return Settings{}, fmt.Errorf("settings: %s: %w", path, err)
	}
	return s, nil
}

func parse(content []byte) (Settings, error) {
	var file struct {
		Version              string          `json:"version"`
		SpawnMode            string          `json:"spawn_mode"`
		GrowUntilUtilisation json.RawMessage `json:"grow_until_utilisation"`
		GrowTimes            *float64        `json:"grow_times"`
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return Settings{}, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return Settings{}, errors.New("more than one JSON value")
	}
	if file.Version == "" {
		return Settings{}, errors.New("version is missing")
	}
	mode, err := spawn.ParseMode(file.SpawnMode)
	if err != nil {
		return Settings{}, fmt.Errorf("spawn_mode: %w", err)
	}
	until, err := parseUtilisation(file.GrowUntilUtilisation)
	if err != nil {
		return Settings{}, fmt.Errorf("grow_until_utilisation: %w", err)
	}
	times := 1.0
	if file.GrowTimes != nil {
		if times = *file.GrowTimes; times <= 0 || times > maxTimes {
			return Settings{}, fmt.Errorf("grow_times: %g is not above 0 and at most %d", times, maxTimes)
		}
	}
	return Settings{Version: file.Version, SpawnMode: mode, GrowUntilUtilisation: until, GrowTimes: times}, nil
}

func parseUtilisation(raw json.RawMessage) (float64, error) {
	var until float64
	switch {
	case string(raw) == `"unlimited"`:
		return math.Inf(1), nil
	case len(raw) == 0 || string(raw) == "null":
		return 0, errors.New(`is missing: want a number or "unlimited"`)
	case json.Unmarshal(raw, &until) != nil || until < 0:
		return 0, fmt.Errorf(`%s is neither a number of at least 0 nor "unlimited"`, raw)
	}
	return until, nil
}

// Live follows the settings of growth, which may change while the server runs.
type Live struct {
	path      string
	settings  atomic.Value // Settings
	modified  time.Time
	complaint string
}

// Watch starts from settings already read from path.
func Watch(path string, s Settings) *Live {
	l := &Live{path: path}
	l.settings.Store(s)
	return l
}

// GrowUntilUtilisation returns the last good value.
func (l *Live) GrowUntilUtilisation() float64 {
	return l.settings.Load().(Settings).GrowUntilUtilisation
}

// GrowTimes returns the last good value.
func (l *Live) GrowTimes() float64 { return l.settings.Load().(Settings).GrowTimes }

// Refresh reads the file again when its modification time changed. A bad or missing file is logged once, not
// at every look. Only one goroutine may call it.
func (l *Live) Refresh() {
	info, err := os.Stat(l.path)
	if err == nil {
		if info.ModTime().Equal(l.modified) {
			return
		}
		l.modified = info.ModTime()
		var s Settings
		if s, err = Read(l.path); err == nil {
			l.settings.Store(s)
			l.complaint = ""
			return
		}
	}
	if err.Error() != l.complaint {
		l.complaint = err.Error()
		log.Printf("%v; keeping the last good value", err)
	}
}
