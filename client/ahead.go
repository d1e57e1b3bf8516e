package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"
)

// aheadTimeout bounds the opening of connections where no timeout for it is set.
const aheadTimeout = 10 * time.Second

// open has net/http open n connections, by as many HEAD requests of the server's
// health page, each of which is sent when all have a connection of their own. Any
// answer will do. With HTTP/2 one connection is all.
func (p *netHTTP) open(ctx context.Context, n int) error {
	if n < 1 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(p.connect, aheadTimeout))
	defer cancel()
	proto, err := p.head(ctx)
	if err == nil && proto != 2 {
		err = p.openAll(ctx, n)
	}
	if err != nil {
		return fmt.Errorf("opening %d connections by net/http: %w", n, err)
	}
	return nil
}

// openAll holds each connection back until there are n.
func (p *netHTTP) openAll(ctx context.Context, n int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, openAtOnce)
	var here, done sync.WaitGroup
	here.Add(n)
	all := make(chan struct{})
	for range n {
		slots <- struct{}{}
		done.Go(func() {
			got := sync.OnceFunc(func() {
				<-slots
				here.Done()
			})
			hold := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
				got()
				select {
				case <-all:
				case <-ctx.Done():
				}
			}}
			_, err := p.head(httptrace.WithClientTrace(ctx, hold))
			if got(); err != nil {
				cancel(err) // the first one says why
			}
		})
	}
	here.Wait()
	close(all)
	done.Wait()
	return context.Cause(ctx)
}

// head asks for the head of the server's health page, and says by which version of
// HTTP it came.
func (p *netHTTP) head(ctx context.Context) (major int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, p.health.String(), nil)
	if err != nil {
		return 0, err
	}
	req.Header = p.header.Clone()
	req.Host = req.Header.Get("Host")
	resp, err := p.client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			err = errors.Join(context.Cause(ctx), err)
		}
		return 0, err
	}
	resp.Body.Close()
	return resp.ProtoMajor, nil
}
