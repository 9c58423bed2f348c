package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"git-rpc-server/spawn"
)

// git runs git children through the spawner.
type git struct {
	path    string
	spawner *spawn.Spawner
}

// gitEnv is all that a git child sees of the environment: a server's answers do not depend on its caller's shell.
func gitEnv() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=/", "LANG=C", "LC_ALL=C", "GIT_TERMINAL_PROMPT=0"}
}

func (g *git) command(subcommand string, args ...string) spawn.Command {
	return spawn.Command{Path: g.path, Name: "git", Subcommand: subcommand, Args: append([]string{subcommand}, args...), Env: gitEnv()}
}

// inRepository names the repository instead of searching for one upwards, so that a damaged repository never
// turns into the one that surrounds it.
func (g *git) inRepository(gitDir, subcommand string, args ...string) spawn.Command {
	c := g.command(subcommand, args...)
	c.Args = append([]string{"-C", gitDir, "--git-dir", "."}, c.Args...)
	return c
}

// run returns the exit code, and failures as gRPC statuses.
func (g *git) run(ctx context.Context, c spawn.Command) (spawn.Exit, error) {
	exit, err := g.spawner.Run(ctx, c)
	switch {
	case err == nil:
		return exit, nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return exit, status.FromContextError(err).Err()
	}
	if _, ok := status.FromError(err); ok { // from the stream that the output goes to
		return exit, err
	}
	return exit, status.Errorf(codes.Internal, "git %s: %v", c.Subcommand, err)
}

func failed(c spawn.Command, exit spawn.Exit) error {
	return status.Errorf(codes.Internal, "git %s exited with %d: %s", c.Subcommand, exit.Code, exit.Stderr)
}

func (g *git) version(ctx context.Context) (string, error) {
	var answer string
	c := g.command("version")
	c.Stdout = func(r io.Reader) error {
		content, err := io.ReadAll(io.LimitReader(r, 1<<10))
		answer = string(content)
		return err
	}
	exit, err := g.run(ctx, c)
	if err != nil {
		return "", err
	}
	version, err := parseVersion(answer)
	if exit.Code != 0 || err != nil {
		return "", failed(c, exit)
	}
	return version, nil
}

// versionAtStart asks before there is a spawner, because the spawner's metrics should begin with the first RPC.
func versionAtStart(path string) (string, error) {
	cmd := exec.Command(path, "version")
	cmd.Env = gitEnv()
	answer, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git version: %w", err)
	}
	return parseVersion(string(answer))
}

func parseVersion(answer string) (string, error) {
	fields := strings.Fields(answer)
	if len(fields) < 3 || fields[0] != "git" || fields[1] != "version" {
		return "", fmt.Errorf("git version answered %q", answer)
	}
	return fields[2], nil
}
