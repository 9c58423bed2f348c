package server

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"git-rpc-server/gitalypb"
)

// Storages are the directories that hold repositories, by name.
type Storages map[string]string

// Set adds a NAME=PATH, as the flag package calls it.
func (s Storages) Set(value string) error {
	name, path, ok := strings.Cut(value, "=")
	if !ok || name == "" || path == "" {
		return fmt.Errorf("%q is not NAME=PATH", value)
	}
	if _, taken := s[name]; taken {
		return fmt.Errorf("storage %q is given twice", name)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory", path)
	}
	s[name] = path
	return nil
}

func (s Storages) String() string { return strings.Join(s.names(), ",") }

func (s Storages) names() []string {
	names := make([]string, 0, len(s))
	for name := range s {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// gitDir finds a repository. Its errors are gRPC statuses.
func (s Storages) gitDir(repository *gitalypb.Repository) (string, error) {
	storage, ok := s[repository.GetStorageName()]
	if !ok {
		return "", status.Errorf(codes.InvalidArgument, "unknown storage %q", repository.GetStorageName())
	}
	relative := repository.GetRelativePath()
	if relative == "" || filepath.IsAbs(relative) || strings.ContainsRune(relative, 0) {
		return "", status.Errorf(codes.InvalidArgument, "invalid relative path %q", relative)
	}
	dir := filepath.Join(storage, relative)
	if !within(storage, dir) {
		return "", status.Errorf(codes.InvalidArgument, "relative path %q escapes the storage", relative)
	}
	// A link inside the storage may still lead out of it.
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", notFound(relative, err)
	}
	realStorage, err := filepath.EvalSymlinks(storage)
	if err != nil {
		return "", status.Errorf(codes.Internal, "storage %q: %v", repository.GetStorageName(), err)
	}
	if !within(realStorage, real) {
		return "", status.Errorf(codes.InvalidArgument, "relative path %q escapes the storage", relative)
	}
	for _, part := range []string{"HEAD", "objects", "refs"} {
		if _, err := os.Stat(filepath.Join(real, part)); err != nil {
			return "", notFound(relative, err)
		}
	}
	return real, nil
}

func notFound(relative string, err error) error {
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ENOTDIR) {
		return status.Errorf(codes.NotFound, "no repository at %q", relative)
	}
	return status.Errorf(codes.Internal, "repository %q: %v", relative, err)
}

func within(root, path string) bool {
	return path != root && strings.HasPrefix(path, strings.TrimSuffix(root, "/")+"/")
}

func (s Storages) statuses() []*gitalypb.ServerInfoResponse_StorageStatus {
	var statuses []*gitalypb.ServerInfoResponse_StorageStatus
	for _, name := range s.names() {
		statuses = append(statuses, &gitalypb.ServerInfoResponse_StorageStatus{
			StorageName: name,
			Readable:    readable(s[name]),
			Writeable:   writeable(s[name]),
			FsType:      fsType(s[name]),
		})
	}
	return statuses
}

func readable(path string) bool {
	_, err := os.ReadDir(path)
	return err == nil
}

func writeable(path string) bool {
	file, err := os.CreateTemp(path, ".write-test-*")
	if err != nil {
		return false
	}
	defer os.Remove(file.Name())
	_, writeErr := file.WriteString("written by ServerInfo\n")
	return file.Close() == nil && writeErr == nil
}

var fsTypes = map[int64]string{
	unix.BTRFS_SUPER_MAGIC:     "btrfs",
	unix.CIFS_SUPER_MAGIC:      "cifs",
	unix.EXT4_SUPER_MAGIC:      "ext4", // ext2 and ext3 share the number
	unix.F2FS_SUPER_MAGIC:      "f2fs",
	unix.FUSE_SUPER_MAGIC:      "fuse",
	unix.NFS_SUPER_MAGIC:       "nfs",
	unix.OVERLAYFS_SUPER_MAGIC: "overlayfs",
	unix.RAMFS_MAGIC:           "ramfs",
	unix.TMPFS_MAGIC:           "tmpfs",
	unix.V9FS_MAGIC:            "9p",
	unix.XFS_SUPER_MAGIC:       "xfs",
	0x2fc12fc1:                 "zfs",
}

func fsType(path string) string {
	var fs unix.Statfs_t
	if err := unix.Statfs(path, &fs); err != nil {
		return ""
	}
	if name, ok := fsTypes[int64(fs.Type)]; ok {
		return name
	}
	return fmt.Sprintf("%#x", uint32(fs.Type))
}
