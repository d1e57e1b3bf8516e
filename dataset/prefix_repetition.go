package dataset

import "errors"

func openPrefixRepetition(spec Spec) (kind, string, error) { return nil, "", errors.New("not yet") }
