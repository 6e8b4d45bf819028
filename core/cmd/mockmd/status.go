package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/mockmd/mockmd/core/app"
	"github.com/mockmd/mockmd/core/internal/statustext"
)

// tellStatus prints what the running mockmd holds. It succeeds when what is
// served is valid.
func tellStatus(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c := remoteCommandLine("mockmd status", stdout, stderr)
	if code, done := c.parse(args, 0); done {
		return code
	}
	var r statustext.Report
	err := c.registered()
	if err == nil {
		r, err = app.Status(ctx, c.options)
	}
	switch {
	case c.options.JSON && !errors.Is(err, app.ErrConfiguration):
		if err != nil {
			r.Unknown = append(r.Unknown, err.Error())
		}
		err = errors.Join(err, r.JSON(stdout))
	case err == nil:
		err = r.Text(stdout, time.Now())
	}
	if err == nil && !*r.Status {
		return exitFailed // and the text says so
	}
	return exitCode(err, stderr)
}
