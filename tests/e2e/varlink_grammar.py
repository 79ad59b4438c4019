"""Descriptions of Varlink interfaces, and whether JSON is as they say. The grammar is that of
https://varlink.org/Interface-Definition."""

import re

TOKEN = re.compile(r"(?:\s|#[^\r\n]*)*(\[string\]|\[\]|->|[A-Za-z0-9_.-]+|[()?:,])")
FIELD = re.compile(r"[A-Za-z](_?[A-Za-z0-9])*")
NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
INTERFACE = re.compile(r"[A-Za-z](-*[A-Za-z0-9])*(\.[A-Za-z0-9](-*[A-Za-z0-9])*)+")
BASIC = {"bool": bool, "int": int, "float": float, "string": str, "object": dict}


class Wrong(Exception):
    """The description does not follow the grammar, or the JSON the description."""


class Interface:
    """The types, methods (parameters and reply) and errors by their names."""

    def __init__(self, text):
        self.tokens, self.types, self.methods, self.errors = self.split(text), {}, {}, {}
        self.take("interface")
        self.name = self.take(INTERFACE)
        while self.tokens:
            self.take_member()
        for fields in [*self.types.values(), *self.errors.values(),
                       *(part for parts in self.methods.values() for part in parts)]:
            for kind in fields.values():
                if kind[-1] not in BASIC and kind[-1] not in self.types:
                    raise Wrong(f"there is no type {kind[-1]}")

    @staticmethod
    def split(text):
        tokens, at = [], 0
        text = re.sub(r"(\s|#[^\r\n]*)*\Z", "", text)
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                raise Wrong(f"not a token: {text[at:at + 40]!r}")
            tokens.append(found[1])
            at = found.end()
        return tokens

    def take(self, wanted):
        token = self.tokens.pop(0) if self.tokens else None
        if token is None or not (token == wanted if isinstance(wanted, str) else wanted.fullmatch(token)):
            raise Wrong(f"{token!r} instead of {wanted}")
        return token

    def take_member(self):
        kind, name = self.take(re.compile("type|method|error")), self.take(NAME)
        if name in self.types or name in self.methods or name in self.errors:
            raise Wrong(f"{name} occurs twice")
        fields = self.take_fields()
        if kind == "method":
            self.take("->")
            self.methods[name] = (fields, self.take_fields())
        else:
            (self.types if kind == "type" else self.errors)[name] = fields

    def take_fields(self):
        fields = {}
        self.take("(")
        while self.tokens and self.tokens[0] != ")":
            if fields:
                self.take(",")
            name = self.take(FIELD)
            self.take(":")
            if name in fields:
                raise Wrong(f"{name} occurs twice")
            fields[name] = self.take_type()
        self.take(")")
        return fields

    def take_type(self):
        kind = []
        while self.tokens and self.tokens[0] in ("?", "[]", "[string]"):
            kind.append(self.tokens.pop(0))
        return [*kind, self.take(re.compile("[A-Za-z][A-Za-z0-9]*"))]

    def check_fields(self, fields, value):
        """The value has these fields and no others."""
        if not isinstance(value, dict) or set(value) - set(fields):
            raise Wrong(f"{value} has other fields than {list(fields)}")
        for name, kind in fields.items():
            self.check(kind, value.get(name), name)

    def check(self, kind, value, name):
        if kind[0] == "?":
            if value is not None:
                self.check(kind[1:], value, name)
        elif kind[0] == "[]":
            if not isinstance(value, list):
                raise Wrong(f"{name} is {value}, which is no list")
            for item in value:
                self.check(kind[1:], item, name)
        elif kind[0] in self.types:
            self.check_fields(self.types[kind[0]], value)
        elif not isinstance(value, BASIC[kind[0]]) or (kind[0] == "int" and isinstance(value, bool)):
            raise Wrong(f"{name} is {value!r} instead of {kind[0]}")
