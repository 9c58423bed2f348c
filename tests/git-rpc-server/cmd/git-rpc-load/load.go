package main

import (
	"context"
	"io"
	"math/rand"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"git-rpc-server/auth"
	"git-rpc-server/gitalypb"
	_ "git-rpc-server/wire" // gRPC's codec
)

// refExistsShare is the part of all calls that ask whether a reference exists; the others list branches.
const refExistsShare = 0.75

type load struct {
	secret              []byte
	storage, repository string
	rate                float64
	deadline            time.Duration
	maxInFlight         int
}

type target struct {
	name, address string
	conn          *grpc.ClientConn
	tally         tally
}

func (t *target) dial(secret []byte) (err error) {
	reconnect := backoff.DefaultConfig
	reconnect.MaxDelay = 2 * time.Second
	options := []grpc.DialOption{
		grpc.WithInsecure(),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: reconnect, MinConnectTimeout: 5 * time.Second}),
	}
	if secret != nil {
		options = append(options, grpc.WithPerRPCCredentials(auth.ClientCredentials(secret)))
	}
	t.conn, err = grpc.Dial(t.address, options...)
	return err
}

// arrive makes calls with exponentially distributed pauses, a Poisson process: a slow server gets no fewer.
// The next arrival is reckoned from the last one's due time, so that a late timer does not lower the rate.
func (l *load) arrive(ctx context.Context, t *target) {
	random := rand.New(rand.NewSource(time.Now().UnixNano()))
	client := gitalypb.NewRefServiceClient(t.conn)
	slots := make(chan struct{}, l.maxInFlight)
	due := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		call := l.findAllBranchNames
		if random.Float64() < refExistsShare {
			call = l.refExists
		}
		select {
		case slots <- struct{}{}:
			go func() {
				defer func() { <-slots }()
				l.measure(ctx, t, client, call)
			}()
		default:
			t.tally.drop()
		}
		due = due.Add(time.Duration(random.ExpFloat64() / l.rate * float64(time.Second)))
		timer.Reset(time.Until(due))
	}
}

type call func(context.Context, gitalypb.RefServiceClient) error

func (l *load) measure(ctx context.Context, t *target, client gitalypb.RefServiceClient, call call) {
	deadline, cancel := context.WithTimeout(ctx, l.deadline)
	defer cancel()
	start := time.Now()
	err := call(deadline, client)
	if err != nil && ctx.Err() != nil {
		return // cut off by our own end, which says nothing about the server
	}
	t.tally.book(time.Since(start), status.Code(err))
}

func (l *load) where() *gitalypb.Repository {
	return &gitalypb.Repository{StorageName: l.storage, RelativePath: l.repository}
}

func (l *load) refExists(ctx context.Context, client gitalypb.RefServiceClient) error {
	answer, err := client.RefExists(ctx, &gitalypb.RefExistsRequest{Repository: l.where(), Ref: []byte("refs/heads/main")})
	if err == nil && !answer.GetValue() {
		return status.Error(codes.NotFound, "refs/heads/main does not exist")
	}
	return err
}

func (l *load) findAllBranchNames(ctx context.Context, client gitalypb.RefServiceClient) error {
	stream, err := client.FindAllBranchNames(ctx, &gitalypb.FindAllBranchNamesRequest{Repository: l.where()})
	for err == nil {
		_, err = stream.Recv()
	}
	if err == io.EOF {
		return nil
	}
	return err
}
