package httpload

import (
	"fmt"
	"io"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// openAPI sets the global wrk, as wrk's own documentation of scripts has it, and
// lets the script's output go where ours does.
func (s *script) openAPI(o *Options, out io.Writer) {
	l := s.l
	s.wrk = l.NewTable()
	l.SetGlobal("wrk", s.wrk)
	l.SetFuncs(s.wrk, map[string]lua.LGFunction{
		"format": s.luaFormat, "lookup": s.luaLookup, "connect": s.luaConnect,
	})
	for name, text := range map[string]string{
		"scheme": s.target.scheme, "host": s.target.host, "path": s.target.path, "method": o.method(),
	} {
		s.wrk.RawSetString(name, lua.LString(text))
	}
	if s.target.port != "" {
		s.wrk.RawSetString("port", lua.LString(s.target.port))
	}
	if o.Body != nil {
		s.wrk.RawSetString("body", lua.LString(o.Body))
	}
	headers := l.NewTable()
	for _, h := range o.headers(s.target) {
		headers.RawSetString(h.Name, lua.LString(h.Value))
	}
	s.wrk.RawSetString("headers", headers)

	s.typeOf(addrType, map[string]lua.LGFunction{"__tostring": func(l *lua.LState) int {
		l.Push(lua.LString(checkAddr(l, 1)))
		return 1
	}})
	s.typeOf(threadType, map[string]lua.LGFunction{"__index": s.threadIndex, "__newindex": s.threadSet})
	s.typeOf(statsType, map[string]lua.LGFunction{"__index": s.statsIndex, "__call": statsCall, "__len": statsLen})
	s.redirect(out)
	s.formatTexts()
}

// formatTexts lets string.format take any value that tostring does, as LuaJIT's: a
// thread's address, say.
func (s *script) formatTexts() {
	lib, ok := s.l.GetGlobal("string").(*lua.LTable)
	if !ok {
		return
	}
	format := lib.RawGetString("format")
	lib.RawSetString("format", s.l.NewFunction(func(l *lua.LState) int {
		n := l.GetTop()
		l.Insert(format, 1)
		for i := 3; i <= n+1; i++ {
			switch l.Get(i).(type) {
			case *lua.LUserData, *lua.LTable:
				l.Replace(i, l.ToStringMeta(l.Get(i)))
			}
		}
		l.Call(n, 1)
		return 1
	}))
}

// The names of the userdata types, as wrk has them.
const (
	addrType   = "wrk.addr"
	threadType = "wrk.thread"
	statsType  = "wrk.stats"
)

func (s *script) typeOf(name string, methods map[string]lua.LGFunction) {
	s.l.SetFuncs(s.l.NewTypeMetatable(name), methods)
}

func (s *script) userdata(typeName string, v any) *lua.LUserData {
	u := s.l.NewUserData()
	u.Value = v
	u.Metatable = s.l.GetTypeMetatable(typeName)
	return u
}

// redirect sends print and io.write to out.
func (s *script) redirect(out io.Writer) {
	write := func(l *lua.LState, between, end string) {
		var b strings.Builder
		for i := range l.GetTop() {
			if i > 0 {
				b.WriteString(between)
			}
			b.WriteString(l.ToStringMeta(l.Get(i + 1)).String())
		}
		if _, err := io.WriteString(out, b.String()+end); err != nil {
			l.RaiseError("writing: %v", err)
		}
	}
	s.l.SetGlobal("print", s.l.NewFunction(func(l *lua.LState) int {
		write(l, "\t", "\n")
		return 0
	}))
	if lib, ok := s.l.GetGlobal("io").(*lua.LTable); ok {
		lib.RawSetString("write", s.l.NewFunction(func(l *lua.LState) int {
			write(l, "", "")
			return 0
		}))
	}
}

// setHost sets the Host header, before init, where the script has not.
func (s *script) setHost() {
	headers, ok := s.wrk.RawGetString("headers").(*lua.LTable)
	if !ok {
		return
	}
	known := false
	headers.ForEach(func(name, _ lua.LValue) { known = known || strings.EqualFold(name.String(), "Host") })
	if !known {
		host := s.target.authority()
		headers.RawSetString("Host", lua.LString(host))
	}
}

func (s *script) luaFormat(l *lua.LState) int {
	b, err := s.format(l.Get(1), l.Get(2), l.Get(3), l.Get(4))
	if err != nil {
		l.RaiseError("%v", err)
	}
	l.Push(lua.LString(b))
	return 1
}

// format builds a request from what is given and, where that is nil, from wrk's
// fields.
func (s *script) format(method, path, headers, body lua.LValue) ([]byte, error) {
	field := func(v lua.LValue, name string) lua.LValue {
		if v == lua.LNil || v == lua.LFalse {
			return s.wrk.RawGetString(name)
		}
		return v
	}
	method, path, headers, body = field(method, "method"), field(path, "path"), field(headers, "headers"), field(body, "body")
	var list []Header
	table, ok := headers.(*lua.LTable)
	if !ok {
		return nil, fmt.Errorf("wrk.format: headers are a %s, want a table of names and values", headers.Type())
	}
	if own, ok := s.wrk.RawGetString("headers").(*lua.LTable); ok {
		own.ForEach(func(name, value lua.LValue) {
			if strings.EqualFold(name.String(), "Host") {
				list = append(list, Header{"Host", value.String()})
			}
		})
	}
	table.ForEach(func(name, value lua.LValue) { list = append(list, Header{name.String(), value.String()}) })
	for _, h := range list {
		if err := h.check(); err != nil {
			return nil, fmt.Errorf("wrk.format: %w", err)
		}
	}
	var content []byte
	if body != lua.LNil {
		content = []byte(body.String())
	}
	return format(method.String(), path.String(), s.target.authority(), list, content), nil
}

func (s *script) luaLookup(l *lua.LState) int {
	addrs, err := lookup(s.ctx, l.CheckString(1), l.CheckString(2))
	if err != nil {
		l.RaiseError("wrk.lookup: %v", err)
	}
	t := l.NewTable()
	for _, addr := range addrs {
		t.Append(s.userdata(addrType, addr))
	}
	l.Push(t)
	return 1
}

func (s *script) luaConnect(l *lua.LState) int {
	l.Push(lua.LBool(probe(s.ctx, checkAddr(l, 1)) == nil))
	return 1
}

// checkAddr is the address that is an argument.
func checkAddr(l *lua.LState, n int) string {
	if addr, ok := l.CheckUserData(n).Value.(string); ok {
		return addr
	}
	l.ArgError(n, "want an address, as wrk.lookup returns them")
	return ""
}
