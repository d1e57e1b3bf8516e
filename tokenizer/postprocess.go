package tokenizer

// postProcess is what a post-processor puts before and after the ids of a text.
func postProcess(p *part) (before, after []uint32, err error) {
	if p == nil || p.Type == "ByteLevel" { // ByteLevel only moves offsets
		return nil, nil, nil
	}
	switch p.Type {
	case "BertProcessing", "RobertaProcessing":
		return []uint32{p.CLS.id}, []uint32{p.SEP.id}, nil
	case "Sequence":
		for i := range p.Processors {
			b, a, err := postProcess(&p.Processors[i])
			if err != nil {
				return nil, nil, err
			}
			before, after = append(b, before...), append(after, a...)
		}
		return before, after, nil
	case "TemplateProcessing":
		seen := false
		for _, piece := range p.Single {
			switch {
			case piece.Sequence != nil && piece.Sequence.ID == "A" && !seen:
				seen = true
			case piece.SpecialToken != nil && !seen:
				before = append(before, p.SpecialTokens[piece.SpecialToken.ID].IDs...)
			case piece.SpecialToken != nil:
				after = append(after, p.SpecialTokens[piece.SpecialToken.ID].IDs...)
			default:
				return nil, nil, unsupported("post_processor", "TemplateProcessing with such a template")
			}
		}
		if !seen {
			return nil, nil, unsupported("post_processor", "TemplateProcessing without the text")
		}
		return before, after, nil
	}
	return nil, nil, unsupported("post_processor", p.Type)
}
