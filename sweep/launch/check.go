package launch

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// checkWait bounds what a shell is asked about a command without running it.
const checkWait = 10 * time.Second

// CheckCommands is what would keep the commands from being run: the config's
// faults.
func (l *Entry) CheckCommands(ctx context.Context) error {
	var errs []error
	for _, command := range []struct{ key, text string }{{"launch", l.Command}, {"stop", l.Stop}} {
		if said := l.askShell(ctx, "-n", "-c", command.text); said != "" {
			errs = append(errs, fmt.Errorf("server %s: %s: a shell cannot read it: %s; correct the command", l.Name, command.key, said))
		} else if why := l.missing(ctx, command.text); why != "" {
			errs = append(errs, fmt.Errorf("server %s: %s: %s", l.Name, command.key, why))
		}
	}
	return errors.Join(errs...)
}

// plainWord is a word that a shell takes as it is.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./+-]+$`)

// missing says that the program of a command, its first word, is not on this
// machine; "" = it is, or only a shell can tell which one that will be.
func (l *Entry) missing(ctx context.Context, command string) string {
	words := strings.Fields(command)
	if len(words) == 0 || !plainWord.MatchString(words[0]) {
		return ""
	}
	if l.askShell(ctx, "-c", `command -v "$1" >/dev/null || echo missing`, "sh", words[0]) == "" {
		return ""
	}
	return fmt.Sprintf("no program %s is on this machine's PATH or at that path; install it, or write its path", words[0])
}

// askShell is what a shell says, on one line, in the command's own environment; one
// that fails has said something. Nothing of the command is run by it.
func (l *Entry) askShell(ctx context.Context, args ...string) string {
	ctx, cancel := context.WithTimeout(ctx, checkWait)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", args...)
	cmd.Dir, cmd.Env = l.Dir, environ(l.Env)
	said, err := cmd.CombinedOutput()
	text := strings.Join(strings.Fields(l.mask(string(said))), " ")
	if text == "" && err != nil {
		return err.Error()
	}
	return text
}
