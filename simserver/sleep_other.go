//go:build !linux

package simserver

import "time"

func sleepPrecisely(deadline time.Time) { time.Sleep(time.Until(deadline)) }
