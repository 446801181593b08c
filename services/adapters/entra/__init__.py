"""Microsoft Entra ID: its signing keys, its tokens, sign-in by authorization code with PKCE."""
