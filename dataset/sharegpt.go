package dataset

import "errors"

func openShareGPT(spec Spec) (kind, string, error) { return nil, "", errors.New("not yet") }
