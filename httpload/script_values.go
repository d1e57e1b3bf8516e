package httpload

import (
	lua "github.com/yuin/gopher-lua"
)

// threadValue is a thread as a script sees it.
func (s *script) threadValue(th *thread) lua.LValue { return s.userdata(threadType, th) }

func checkThread(l *lua.LState, n int) *thread {
	if th, ok := l.CheckUserData(n).Value.(*thread); ok {
		return th
	}
	l.ArgError(n, "want a thread; its functions are called with a colon, as in thread:get(name)")
	return nil
}

// threadIndex is thread.addr and the functions get, set and stop.
func (s *script) threadIndex(l *lua.LState) int {
	th := checkThread(l, 1)
	switch name := l.CheckString(2); name {
	case "addr":
		l.Push(s.userdata(addrType, th.addr))
	case "get":
		l.Push(l.NewFunction(func(l *lua.LState) int {
			l.Push(carry(l, l, checkThread(l, 1).script.l.GetGlobal(l.CheckString(2))))
			return 1
		}))
	case "set":
		l.Push(l.NewFunction(func(l *lua.LState) int {
			to := checkThread(l, 1).script.l
			to.SetGlobal(l.CheckString(2), carry(l, to, l.Get(3)))
			return 0
		}))
	case "stop":
		l.Push(l.NewFunction(func(l *lua.LState) int {
			checkThread(l, 1).stop()
			return 0
		}))
	default:
		l.RaiseError("thread.%s is not supported; a thread has addr, get, set and stop", name)
	}
	return 1
}

// threadSet is thread.addr = addr.
func (s *script) threadSet(l *lua.LState) int {
	th := checkThread(l, 1)
	if name := l.CheckString(2); name != "addr" {
		l.RaiseError("thread.%s cannot be set; a thread's globals are set by thread:set(name, value)", name)
	}
	th.addr = checkAddr(l, 3)
	return 0
}

// carry is a value of one state as another one may have it: a boolean, nil, a
// number, a string, or a table of these. l is told of any other.
func carry(l, to *lua.LState, v lua.LValue) lua.LValue {
	switch v := v.(type) {
	case lua.LBool, *lua.LNilType, lua.LNumber, lua.LString:
		return v
	case *lua.LTable:
		t := to.NewTable()
		v.ForEach(func(key, value lua.LValue) { t.RawSet(carry(l, to, key), carry(l, to, value)) })
		return t
	}
	l.RaiseError("cannot transfer '%s' to thread", v.Type())
	return lua.LNil
}

// statsValue is a sample as a script sees it.
func (s *script) statsValue(t *Tally) lua.LValue { return s.userdata(statsType, t) }

func checkStats(l *lua.LState, n int) *Tally {
	if t, ok := l.CheckUserData(n).Value.(*Tally); ok {
		return t
	}
	l.ArgError(n, "want latency or requests; percentile is called with a colon, as in latency:percentile(99)")
	return nil
}

// statsIndex is min, max, mean, stdev, and the function percentile.
func (s *script) statsIndex(l *lua.LState) int {
	t := checkStats(l, 1)
	switch name := l.CheckString(2); name {
	case "min":
		l.Push(lua.LNumber(t.Min()))
	case "max":
		l.Push(lua.LNumber(t.Max()))
	case "mean":
		l.Push(lua.LNumber(t.Mean()))
	case "stdev":
		l.Push(lua.LNumber(t.Stdev()))
	case "percentile":
		l.Push(l.NewFunction(func(l *lua.LState) int {
			l.Push(lua.LNumber(checkStats(l, 1).Percentile(float64(l.CheckNumber(2)))))
			return 1
		}))
	default:
		l.RaiseError("%s is not supported; latency and requests have min, max, mean, stdev, percentile and (i)", name)
	}
	return 1
}

// statsCall is stats(i): the i-th value, from 1, and how often it came.
func statsCall(l *lua.LState) int {
	left := l.CheckInt(2)
	for v, times := range checkStats(l, 1).values() {
		if left--; left == 0 {
			l.Push(lua.LNumber(v))
			l.Push(lua.LNumber(times))
			return 2
		}
	}
	l.Push(lua.LNumber(0))
	l.Push(lua.LNumber(0))
	return 2
}

// statsLen is #stats: how many different values there are.
func statsLen(l *lua.LState) int {
	n := 0
	for range checkStats(l, 1).values() {
		n++
	}
	l.Push(lua.LNumber(n))
	return 1
}

// summary is done's first argument; times in µs.
func (s *script) summary(r *Result) lua.LValue {
	table := func(fields map[string]int64) *lua.LTable {
		t := s.l.NewTable()
		for name, n := range fields {
			t.RawSetString(name, lua.LNumber(n))
		}
		return t
	}
	t := table(map[string]int64{"duration": r.Took.Microseconds(), "requests": r.Requests, "bytes": r.Bytes})
	e := &r.Errors
	t.RawSetString("errors", table(map[string]int64{
		"connect": e.Connect, "read": e.Read, "write": e.Write, "status": e.Status, "timeout": e.Timeout,
	}))
	return t
}
