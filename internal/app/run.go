package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Run serves on l until ctx ends, then finishes the requests in flight and stops the workers. It returns nil after a
// clean stop.
func (a *App) Run(ctx context.Context, l net.Listener) error {
	workers, stopWorkers := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWorkers()
	if err := a.Jobs.Start(workers); err != nil {
		return fmt.Errorf("start the job queue: %w", err)
	}
	var dispatching sync.WaitGroup
	dispatching.Go(func() { a.Events.Run(workers) })

	server := &http.Server{
		Handler:           a.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		WriteTimeout:      90 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          serverLog(a.log),
	}
	failed := make(chan error, 1)
	go func() {
		if a.cfg.TLSCert != "" {
			failed <- server.ServeTLS(l, a.cfg.TLSCert, a.cfg.TLSKey)
			return
		}
		failed <- server.Serve(l)
	}()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		err = a.drain(server)
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.grace())
	defer cancel()
	err = errors.Join(err, a.Jobs.Stop(grace))
	stopWorkers()
	dispatching.Wait()
	return err
}

func (a *App) grace() time.Duration {
	if a.cfg.ShutdownTimeout > 0 {
		return a.cfg.ShutdownTimeout
	}
	return 20 * time.Second
}

// drain lets requests in flight finish.
func (a *App) drain(server *http.Server) error {
	grace, cancel := context.WithTimeout(context.Background(), a.grace())
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return errors.Join(fmt.Errorf("requests were still running after %s", a.grace()), server.Close())
	}
	return nil
}
