package server

import (
	"bufio"
	"context"
	"io"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"git-rpc-server/gitalypb"
)

// namesPerMessage is how many branch names go into one message of FindAllBranchNames.
const namesPerMessage = 100

type serverService struct {
	gitalypb.UnimplementedServerServiceServer
	version  string
	storages Storages
	git      *git
}

func (s *serverService) ServerInfo(ctx context.Context, _ *gitalypb.ServerInfoRequest) (*gitalypb.ServerInfoResponse, error) {
	gitVersion, err := s.git.version(ctx)
	if err != nil {
		return nil, err
	}
	return &gitalypb.ServerInfoResponse{
		ServerVersion:   s.version,
		GitVersion:      gitVersion,
		StorageStatuses: s.storages.statuses(),
	}, nil
}

type refService struct {
	gitalypb.UnimplementedRefServiceServer
	storages Storages
	git      *git
}

func (s *refService) RefExists(ctx context.Context, request *gitalypb.RefExistsRequest) (*gitalypb.RefExistsResponse, error) {
	ref := string(request.GetRef())
	// The prefix also keeps a ref from being read as an option.
	if !strings.HasPrefix(ref, "refs/") || strings.ContainsRune(ref, 0) {
		return nil, status.Errorf(codes.InvalidArgument, "invalid ref %q", ref)
	}
	gitDir, err := s.storages.gitDir(request.GetRepository())
	if err != nil {
		return nil, err
	}
	c := s.git.inRepository(gitDir, "show-ref", "--verify", "--quiet", ref)
	exit, err := s.git.run(ctx, c)
	if err != nil {
		return nil, err
	}
	if exit.Code != 0 && exit.Code != 1 {
		return nil, failed(c, exit)
	}
	return &gitalypb.RefExistsResponse{Value: exit.Code == 0}, nil
}

func (s *refService) FindAllBranchNames(request *gitalypb.FindAllBranchNamesRequest, stream gitalypb.RefService_FindAllBranchNamesServer) error {
	gitDir, err := s.storages.gitDir(request.GetRepository())
	if err != nil {
		return err
	}
	c := s.git.inRepository(gitDir, "for-each-ref", "--format=%(refname)", "refs/heads")
	c.Stdout = func(r io.Reader) error { return sendLines(r, stream) }
	exit, err := s.git.run(stream.Context(), c)
	if err != nil {
		return err
	}
	if exit.Code != 0 {
		return failed(c, exit)
	}
	return nil
}

func sendLines(r io.Reader, stream gitalypb.RefService_FindAllBranchNamesServer) error {
	var names [][]byte
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		names = append(names, append([]byte(nil), lines.Bytes()...))
		if len(names) == namesPerMessage {
			if err := stream.Send(&gitalypb.FindAllBranchNamesResponse{Names: names}); err != nil {
				return err
			}
			names = nil
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if len(names) == 0 {
		return nil
	}
	return stream.Send(&gitalypb.FindAllBranchNamesResponse{Names: names})
}
