"""The providers that every client is tested with: alias "x-NAME" in the daemon's config."""

# The form of request, the provider's name in the config, its model.
TARGETS = {
    "chat": ("chat", "openai", "deepseek-reasoner"),
    "responses": ("responses", "oai-responses", "gpt-5.1"),
    "anthropic": ("anthropic", "anthropic", "claude-sonnet-4-5"),
    "claude": ("anthropic", "anthropic", "claude-opus-4-7"),
    "gemini": ("gemini", "gemini", "gemini-2.5-flash"),
    "gemini2": ("gemini", "gemini", "gemini-2.0-flash"),
    "gemini3": ("gemini", "gemini", "gemini-3-pro-preview"),
    "ollama": ("ollama", "ollama", "qwen3:8b"),
}


def config(url):
    """Everything at one strict provider; no attempts of our own, so that an error is seen as it is."""
    providers = {
        "openai": {"base_url": url + "/v1", "api": "chat"},
        "oai-responses": {"dialect": "openai", "base_url": url + "/v1", "api": "responses"},
        "anthropic": {"base_url": url},
        "gemini": {"base_url": url},
        "ollama": {"base_url": url},
    }
    for name, entry in providers.items():
        entry["api_key"] = f"key-of-{name}"
    aliases = {f"x-{name}": {"targets": [{"provider": provider, "model": model}]} for name, (_, provider, model) in TARGETS.items()}
    return {"retry": {"attempts": 1}, "providers": providers, "models": aliases}
