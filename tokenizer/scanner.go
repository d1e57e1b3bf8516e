package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A scanner walks JSON that is known to be well-formed.
type scanner struct {
	text []byte
	at   int
}

var errShape = errors.New("not of the known shape")

func (s *scanner) peek() byte {
	for s.at < len(s.text) && strings.IndexByte(" \t\r\n", s.text[s.at]) >= 0 {
		s.at++
	}
	if s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

func (s *scanner) expect(c byte) error {
	if s.peek() != c {
		return errShape
	}
	s.at++
	return nil
}

// list calls element at the start of each element between open and end.
func (s *scanner) list(open, end byte, element func() error) error {
	if err := s.expect(open); err != nil {
		return err
	}
	for s.peek() != end {
		if err := element(); err != nil {
			return err
		}
		if s.peek() == ',' {
			s.at++
		}
	}
	return nil
}

func (s *scanner) str() (string, error) {
	if s.peek() != '"' {
		return "", errShape
	}
	start := s.at
	escaped := false
	for s.at++; s.at < len(s.text) && s.text[s.at] != '"'; s.at++ {
		if s.text[s.at] == '\\' {
			escaped = true
			s.at++
		}
	}
	if s.at >= len(s.text) {
		return "", errShape
	}
	s.at++
	if !escaped {
		return string(s.text[start+1 : s.at-1]), nil
	}
	var out string
	err := json.Unmarshal(s.text[start:s.at], &out)
	return out, err
}

func (s *scanner) number() (int, error) {
	s.peek()
	start := s.at
	for s.at < len(s.text) && '0' <= s.text[s.at] && s.text[s.at] <= '9' {
		s.at++
	}
	return strconv.Atoi(string(s.text[start:s.at]))
}

// float reads a number as serde_json does, without its float_roundtrip: the
// digits as one integer, rounded to a float64, then one multiplication or
// division by a power of ten. One number in six ends up one unit in the last
// place off the nearest float64; the sums of such scores decide ties.
func (s *scanner) float() (float64, error) {
	s.peek()
	negative := s.at < len(s.text) && s.text[s.at] == '-'
	if negative {
		s.at++
	}
	start := s.at
	mantissa, dropped := s.digits(0)
	exponent := dropped
	if s.at < len(s.text) && s.text[s.at] == '.' {
		s.at++
		point := s.at
		mantissa, dropped = s.digits(mantissa)
		exponent -= s.at - point - dropped
	}
	if s.at == start {
		return 0, errShape
	}
	if s.at < len(s.text) && s.text[s.at]|0x20 == 'e' {
		s.at++
		sign := 1
		if s.at < len(s.text) && (s.text[s.at] == '-' || s.text[s.at] == '+') {
			if s.text[s.at] == '-' {
				sign = -1
			}
			s.at++
		}
		n, err := s.number()
		if err != nil {
			return 0, err
		}
		exponent += sign * n
	}
	f := scaled(float64(mantissa), exponent)
	if negative {
		f = -f
	}
	return f, nil
}

// digits appends decimal digits to n; dropped is how many no longer fitted.
func (s *scanner) digits(n uint64) (_ uint64, dropped int) {
	for ; s.at < len(s.text) && '0' <= s.text[s.at] && s.text[s.at] <= '9'; s.at++ {
		d := uint64(s.text[s.at] - '0')
		if dropped > 0 || n > (math.MaxUint64-d)/10 {
			dropped++
			continue
		}
		n = 10*n + d
	}
	return n, dropped
}

// scaled is f × 10^exponent in steps of at most 10^308, as serde_json takes them.
func scaled(f float64, exponent int) float64 {
	for exponent < -308 && f != 0 {
		f /= 1e308
		exponent += 308
	}
	if exponent < 0 {
		return f / power10(-exponent)
	}
	return f * power10(exponent)
}

// power10 is the float64 nearest to 10^n.
func power10(n int) float64 {
	f, _ := strconv.ParseFloat("1e"+strconv.Itoa(n), 64) // beyond 1e308 it is +Inf
	return f
}

func (s *scanner) pair() (left, right string, err error) {
	if s.peek() == '"' {
		both, err := s.str()
		if err != nil {
			return "", "", err
		}
		left, right, ok := strings.Cut(both, " ")
		if !ok {
			return "", "", fmt.Errorf("merge %q has no space", both)
		}
		return left, right, nil
	}
	var parts []string
	err = s.list('[', ']', func() error {
		p, err := s.str()
		parts = append(parts, p)
		return err
	})
	if err != nil || len(parts) != 2 {
		return "", "", errors.Join(err, errShape)
	}
	return parts[0], parts[1], s.expect(']')
}
