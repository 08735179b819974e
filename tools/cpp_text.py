"""C++ source without its comments and literals, for checks that look for words."""
import re

_TOKENS = re.compile(
    r"""
    (?P<comment> //[^\n]* | /\*.*?\*/ )
  | R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"
  | "(?:\\.|[^"\\\n])*"
  | (?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'
    """,
    re.VERBOSE | re.DOTALL,
)


def without_comments(text):
    """Keeps the line numbers and the string literals."""
    return _TOKENS.sub(lambda m: _newlines(m) if m["comment"] else m[0], text)


def without_literals(text):
    """Keeps the line numbers; comments, strings and characters become blank."""
    return _TOKENS.sub(lambda m: _newlines(m) if m["comment"] else '""' + _newlines(m), text)


def _newlines(match):
    return "\n" * match[0].count("\n")
