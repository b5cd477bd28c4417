"""The second opinion beside the rules: a small statistical model of how people say things."""
