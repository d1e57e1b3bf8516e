package report

import (
	"encoding/xml"
	"fmt"
	"io"

	"llmsweep/aggregate"
)

// The parts of JUnit's XML that CI systems read.
type (
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string     `xml:"classname,attr"`
		Name    string     `xml:"name,attr"`
		Failure *junitText `xml:"failure,omitempty"`
		Skipped *junitText `xml:"skipped,omitempty"`
		Out     string     `xml:"system-out,omitempty"`
	}
	junitText struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// CompareJUnit writes a test case a gate and case. One that cannot tell is
// skipped, with the reason, or with strict a failure.
func CompareJUnit(w io.Writer, all *aggregate.Comparisons, strict bool) error {
	suite := junitSuite{Name: "llmsweep gate", Tests: len(all.Gates)}
	for i := range all.Gates {
		g := &all.Gates[i]
		said := gateSentence(g)
		c := junitCase{Class: g.New + "." + g.Case, Name: g.Gate.Text}
		switch {
		case g.Outcome == aggregate.GateBroken, g.Outcome == aggregate.GateUnknown && strict:
			c.Failure = &junitText{Message: said, Type: g.Outcome, Text: said}
			suite.Failures++
		case g.Outcome == aggregate.GateUnknown:
			c.Skipped = &junitText{Message: said}
			suite.Skipped++
		default:
			c.Out = said
		}
		suite.Cases = append(suite.Cases, c)
	}
	b, err := xml.MarshalIndent(suite, "", " ")
	if err != nil {
		return fmt.Errorf("writing JUnit: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, b)
	return err
}
