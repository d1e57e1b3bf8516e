package redact

import "testing"

func TestSecretName(t *testing.T) {
	for _, name := range []string{"Authorization", "Proxy-Authorization", "X-API-Key", "apiKey", "api_key", "access_token", "X-Auth-Token", "Cookie", "password", "clientSecret"} {
		if !SecretName(name) {
			t.Errorf("%s is not taken for a secret's name", name)
		}
	}
	for _, name := range []string{"max_tokens", "X-Team", "monkey", "tokenizer", "keyboard", "temperature", "author", ""} {
		if SecretName(name) {
			t.Errorf("%s is taken for a secret's name", name)
		}
	}
}

func TestMaskCommand(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"vllm serve m --api-key abc --tp 4", "vllm serve m --api-key *** --tp 4"},
		{"x --hf-token=abc", "x --hf-token=***"},
		{`curl -H "Authorization: Bearer abc" u`, `curl -H "Authorization: Bearer ***" u`},
		{`curl -H 'Authorization: Bearer ${TOKEN}' u`, `curl -H 'Authorization: Bearer ${TOKEN}' u`},
		{"curl https://user:pass@h/x?a=b", "curl https://***@h/x?a=b"},
		{"x --max-tokens 5 --key-file $HOME/k", "x --max-tokens 5 --key-file $HOME/k"},
	} {
		if got := Command(tt.text); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestWords(t *testing.T) {
	got := Words(map[string]string{"token": "mysecret", "other": "sk-abcdef", "gpu": "h100"})
	if got["token"] != "***" || got["other"] != "***" || got["gpu"] != "h100" {
		t.Errorf("labels %v", got)
	}
}
