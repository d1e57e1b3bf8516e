package httpload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// A script is one Lua state with the user's file loaded, and wrk's API around it.
// As in wrk there is one for setup and done, and one more a thread. A nil script is
// that of a test without one. It is for one goroutine at a time.
type script struct {
	path   string
	l      *lua.LState
	wrk    *lua.LTable
	target *target
	ctx    context.Context // of lookup and connect
	source []string        // the file's lines, for errors
	own    *thread         // that it belongs to; nil = setup and done

	dynamic   bool // there is a request()
	delay_    bool // there is a delay()
	response_ bool // there is a response()
}

// newScript loads the script; nil where there is none.
func newScript(ctx context.Context, o *Options, t *target) (*script, error) {
	if o.Script == "" {
		return nil, nil
	}
	source, err := os.ReadFile(o.Script)
	if err != nil {
		return nil, &ScriptError{fmt.Errorf("reading the script: %w", err)}
	}
	s := &script{path: o.Script, l: lua.NewState(), target: t, ctx: ctx, source: strings.Split(string(source), "\n")}
	out := o.Stdout
	if out == nil {
		out = io.Discard
	}
	s.openAPI(o, out)
	s.l.SetContext(ctx) // ends a loop that has no end
	chunk, err := s.l.Load(bytes.NewReader(source), o.Script)
	if err == nil {
		err = s.l.CallByParam(lua.P{Fn: chunk, Protect: true})
	}
	if err != nil {
		s.close()
		return nil, s.fault(err)
	}
	return s, nil
}

func (s *script) close() {
	if s != nil {
		s.l.Close()
	}
}

// fault is an error of Lua's on one line. Lua does not say what it was that could
// not be called or indexed, so the line of the script is quoted there.
func (s *script) fault(err error) error {
	said := err.Error()
	if e, ok := errors.AsType[*lua.ApiError](err); ok {
		said = e.Object.String()
		if e.Type == lua.ApiErrorSyntax || said == "" || said == "nil" {
			said = e.Error()
		}
	}
	said, _, _ = strings.Cut(strings.TrimSpace(said), "\n")
	if ctx := s.l.Context(); ctx != nil && ctx.Err() != nil {
		said = strings.ReplaceAll(said, ctx.Err().Error(), context.Cause(ctx).Error())
	}
	said = strings.TrimSuffix(strings.TrimSpace(said), ":")
	if strings.Contains(said, "attempt to") {
		said += s.quote(said)
	}
	if !strings.Contains(said, s.path) {
		said = s.path + ": " + said
	}
	return &ScriptError{errors.New(said)}
}

// quote is the line of the script that an error names: "post.lua:3: …".
func (s *script) quote(said string) string {
	_, after, ok := strings.Cut(said, s.path+":")
	if !ok {
		return ""
	}
	number, _, _ := strings.Cut(after, ":")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(s.source) {
		return ""
	}
	line := luaText.ReplaceAllStringFunc(strings.TrimSpace(s.source[n-1]), func(literal string) string {
		if len(literal) < 10 {
			return literal
		}
		return literal[:1] + "…" + literal[len(literal)-1:]
	})
	return fmt.Sprintf(" in `%s`; this Lua is 5.1 with wrk's API, without LuaJIT's own (ffi, bit, jit)", line)
}

// luaText is a string of Lua's; quote leaves out what is in longer ones: it may be a
// secret.
var luaText = regexp.MustCompile(`"(\\.|[^"\\])*"|'(\\.|[^'\\])*'|\[\[.*\]\]`)

// call calls a function of Lua's.
func (s *script) call(fn lua.LValue, results int, args ...lua.LValue) error {
	if err := s.l.CallByParam(lua.P{Fn: fn, NRet: results, Protect: true}, args...); err != nil {
		return s.fault(err)
	}
	return nil
}

// global is a function of the user's; nil where there is none of that name.
func (s *script) global(name string) *lua.LFunction {
	fn, _ := s.l.GetGlobal(name).(*lua.LFunction)
	return fn
}

// setup calls the user's setup for a thread.
func (s *script) setup(th *thread) error {
	if fn := s.global("setup"); fn != nil {
		return s.call(fn, 0, s.threadValue(th))
	}
	return nil
}

// init makes the script a thread's, and calls the user's init.
func (s *script) init(th *thread) error {
	s.own = th
	s.wrk.RawSetString("thread", s.threadValue(th))
	s.setHost()
	s.wrk.RawSetString("init", s.l.NewFunction(func(*lua.LState) int { // of scripts for wrk 3, whose init calls it
		s.ownRequest()
		return 0
	}))
	if fn := s.global("init"); fn != nil {
		args := s.l.NewTable()
		for i, arg := range append([]string{th.test.o.URL}, th.test.o.Args...) {
			args.RawSetInt(i, lua.LString(arg))
		}
		if err := s.call(fn, 0, args); err != nil {
			return err
		}
	}
	s.ownRequest()
	s.dynamic = s.global("request") != nil
	s.delay_ = s.global("delay") != nil
	s.response_ = s.global("response") != nil
	return nil
}

// ownRequest sets wrk.request, which returns what wrk's fields say now.
func (s *script) ownRequest() {
	b, err := s.format(lua.LNil, lua.LNil, lua.LNil, lua.LNil)
	s.wrk.RawSetString("request", s.l.NewFunction(func(l *lua.LState) int {
		if err != nil {
			l.RaiseError("%v", err)
		}
		l.Push(lua.LString(b))
		return 1
	}))
}

// request is the bytes to send next: the user's request(), else what wrk's fields
// say.
func (s *script) request() ([]byte, error) {
	fn := s.global("request")
	if fn == nil {
		b, err := s.format(lua.LNil, lua.LNil, lua.LNil, lua.LNil)
		if err != nil {
			return nil, &ScriptError{fmt.Errorf("%s: %w", s.path, err)}
		}
		return b, nil
	}
	if err := s.call(fn, 1); err != nil {
		return nil, err
	}
	v := s.l.Get(-1)
	s.l.Pop(1)
	text, ok := v.(lua.LString)
	if !ok {
		return nil, &ScriptError{fmt.Errorf("%s: request() returned a %s, want a string, as wrk.format makes one", s.path, v.Type())}
	}
	return []byte(text), nil
}

// delays reports whether there is a delay().
func (s *script) delays() bool { return s != nil && s.delay_ }

// delay is how long to wait before the next request.
func (s *script) delay() (time.Duration, error) {
	if err := s.call(s.global("delay"), 1); err != nil {
		return 0, err
	}
	v := s.l.Get(-1)
	s.l.Pop(1)
	ms, ok := v.(lua.LNumber)
	if !ok || !(ms >= 0 && float64(ms) <= float64(maxLatency.Milliseconds())) {
		return 0, &ScriptError{fmt.Errorf("%s: delay() returned %s, want milliseconds, 0 or more", s.path, v)}
	}
	return time.Duration(float64(ms) * float64(time.Millisecond)), nil
}

// wantsResponse reports whether there is a response().
func (s *script) wantsResponse() bool { return s != nil && s.response_ }

// response hands an answer to the user's response(). The script may have taken
// that away since.
func (s *script) response(status int, headers []Header, body []byte) error {
	fn := s.global("response")
	if fn == nil {
		return nil
	}
	t := s.l.NewTable()
	for _, h := range headers {
		t.RawSetString(h.Name, lua.LString(h.Value))
	}
	return s.call(fn, 0, lua.LNumber(status), t, lua.LString(body))
}

// done calls the user's done with the result.
func (s *script) done(r *Result) error {
	if s == nil {
		return nil
	}
	fn := s.global("done")
	if fn == nil {
		return nil
	}
	if r.Interrupted { // its report is made as well, if it comes to an end
		ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(s.ctx), callGrace, errEndless)
		defer cancel()
		s.l.SetContext(ctx)
	}
	return s.call(fn, 0, s.summary(r), s.statsValue(r.reported()), s.statsValue(r.PerSec))
}
