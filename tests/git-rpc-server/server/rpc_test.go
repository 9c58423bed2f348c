package server

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"git-rpc-server/gitalypb"
)

func TestRefExists(t *testing.T) {
	eachMode(t, func(t *testing.T, r *running) {
		outside := t.TempDir()
		makeRepository(t, filepath.Join(outside, "outside.git"))
		if err := os.Symlink(outside, filepath.Join(r.storage, "link")); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(r.storage, "plain"), 0o700); err != nil {
			t.Fatal(err)
		}
		const path = "group/repo.git"
		for _, test := range []struct {
			name, storage, path, ref string
			want                     codes.Code
			exists                   bool
		}{
			{"existing branch", "default", path, "refs/heads/main", codes.OK, true},
			{"missing branch", "default", path, "refs/heads/none", codes.OK, false},
			{"directory of refs", "default", path, "refs/heads", codes.OK, false},
			{"not under refs", "default", path, "main", codes.InvalidArgument, false},
			{"option", "default", path, "--help", codes.InvalidArgument, false},
			{"empty ref", "default", path, "", codes.InvalidArgument, false},
			{"NUL in ref", "default", path, "refs/heads/main\x00", codes.InvalidArgument, false},
			{"shell in ref", "default", path, "refs/heads/$(touch x)", codes.OK, false},
			{"unknown storage", "other", path, "refs/heads/main", codes.InvalidArgument, false},
			{"missing repository", "default", "group/none.git", "refs/heads/main", codes.NotFound, false},
			{"directory without repository", "default", "plain", "refs/heads/main", codes.NotFound, false},
			{"below a file", "default", path + "/HEAD/x", "refs/heads/main", codes.NotFound, false},
			{"empty path", "default", "", "refs/heads/main", codes.InvalidArgument, false},
			{"the storage itself", "default", ".", "refs/heads/main", codes.InvalidArgument, false},
			{"out and back in", "default", "../" + filepath.Base(r.storage) + "/" + path, "refs/heads/main", codes.OK, true},
			{"escape upwards", "default", "../outside.git", "refs/heads/main", codes.InvalidArgument, false},
			{"escape from below", "default", "group/../../outside.git", "refs/heads/main", codes.InvalidArgument, false},
			{"absolute path", "default", outside + "/outside.git", "refs/heads/main", codes.InvalidArgument, false},
			{"escape by a link", "default", "link/outside.git", "refs/heads/main", codes.InvalidArgument, false},
		} {
			t.Run(test.name, func(t *testing.T) {
				answer, err := gitalypb.NewRefServiceClient(r.conn).RefExists(bounded(t), &gitalypb.RefExistsRequest{
					Repository: &gitalypb.Repository{StorageName: test.storage, RelativePath: test.path}, Ref: []byte(test.ref)})
				if status.Code(err) != test.want || answer.GetValue() != test.exists {
					t.Errorf("RefExists = %v, %v, want %v, %s", answer.GetValue(), err, test.exists, test.want)
				}
			})
		}
	})
}

func TestServerInfoTellsVersionsAndStorages(t *testing.T) {
	eachMode(t, func(t *testing.T, r *running) {
		before, err := os.ReadDir(r.storage)
		if err != nil {
			t.Fatal(err)
		}
		info, err := gitalypb.NewServerServiceClient(r.conn).ServerInfo(bounded(t), &gitalypb.ServerInfoRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if want := runGit(t, "", "version"); info.ServerVersion != "1.0.4" || "git version "+info.GitVersion != want {
			t.Errorf("versions %q and %q, want 1.0.4 and %q", info.ServerVersion, info.GitVersion, want)
		}
		if len(info.StorageStatuses) != 1 {
			t.Fatalf("storages %v", info.StorageStatuses)
		}
		storage := info.StorageStatuses[0]
		if storage.StorageName != "default" || !storage.Readable || !storage.Writeable || storage.FsType == "" {
			t.Errorf("storage %v", storage)
		}
		if after, err := os.ReadDir(r.storage); err != nil || len(after) != len(before) {
			t.Errorf("the storage had %d entries and has %d (%v)", len(before), len(after), err)
		}
	})
}

func TestStorageThatIsGoneIsNeitherReadableNorWriteable(t *testing.T) {
	statuses := Storages{"gone": filepath.Join(t.TempDir(), "gone")}.statuses()
	if len(statuses) != 1 || statuses[0].Readable || statuses[0].Writeable || statuses[0].FsType != "" {
		t.Errorf("statuses %v", statuses)
	}
}

func TestFindAllBranchNamesStreamsAHundredNamesAMessage(t *testing.T) {
	eachMode(t, func(t *testing.T, r *running) {
		sizes, err := branchNames(bounded(t), r.conn, repository("group/repo.git"))
		if err != nil {
			t.Fatal(err)
		}
		if len(sizes) != 3 || sizes[0] != 100 || sizes[1] != 100 || sizes[2] != branches-200 {
			t.Errorf("messages of %v names, want 100, 100 and %d", sizes, branches-200)
		}
		if _, err := branchNames(bounded(t), r.conn, repository("group/none.git")); status.Code(err) != codes.NotFound {
			t.Errorf("error %v, want NotFound", err)
		}
	})
}

// branchNames returns the number of names in each message.
func branchNames(ctx context.Context, conn *grpc.ClientConn, repository *gitalypb.Repository) ([]int, error) {
	stream, err := gitalypb.NewRefServiceClient(conn).FindAllBranchNames(ctx, &gitalypb.FindAllBranchNamesRequest{Repository: repository})
	if err != nil {
		return nil, err
	}
	var sizes []int
	for {
		message, err := stream.Recv()
		if err == io.EOF {
			return sizes, nil
		}
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, len(message.Names))
	}
}
