package tokenizer

// byteChars is how GPT-2's vocabulary spells bytes: the printable ones of
// Latin-1 as themselves, the others as U+0100 and up.
var byteChars = func() (chars [256]rune) {
	next := rune(0x100)
	for b := range chars {
		if '!' <= b && b <= '~' || 0xA1 <= b && b <= 0xAC || 0xAE <= b {
			chars[b] = rune(b)
		} else {
			chars[b] = next
			next++
		}
	}
	return chars
}()

// charBytes is byteChars, the other way; below 0x144, -1 = spells no byte.
var charBytes = func() (bytes [0x144]int16) {
	for c := range bytes {
		bytes[c] = -1
	}
	for b, c := range byteChars {
		bytes[c] = int16(b)
	}
	return bytes
}()

// appendSpelled appends the bytes that token spells; a token with a character
// that spells none stands for itself, as in the Rust library.
func appendSpelled(dst []byte, token string) []byte {
	start := len(dst)
	for _, c := range token {
		if int(c) >= len(charBytes) || charBytes[c] < 0 {
			return append(dst[:start], token...)
		}
		dst = append(dst, byte(charBytes[c]))
	}
	return dst
}
