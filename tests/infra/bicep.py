"""Reads Bicep as far as a check without its compiler can: syntax, names, what modules are given, and values.

What the compiler does beyond it (resource types, their properties and API versions) is not checked here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from typing import Any

import tree_sitter
import tree_sitter_bicep
from tree_sitter import Node

_LANGUAGE = tree_sitter.Language(tree_sitter_bicep.language())
_DECLARED = {
    "parameter_declaration": "param",
    "variable_declaration": "var",
    "resource_declaration": "resource",
    "module_declaration": "module",
    "output_declaration": "output",
}
_DECORATORS = frozenset({"allowed", "batchSize", "description", "maxLength", "minLength", "secure"})
_FUNCTIONS = _DECORATORS | {
    "concat", "deployment", "empty", "environment", "guid", "items", "json", "length", "listCallbackUrl",
    "loadJsonContent", "loadTextContent", "newGuid", "range", "replace", "resourceGroup", "resourceId", "split",
    "string", "subscription", "subscriptionResourceId", "union", "uniqueString", "uriComponent",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Declared:
    """One declaration: its kind, name, the type or path it names, and its body."""

    kind: str
    name: str
    of: str
    node: Node
    has_default: bool = False

    @property
    def type(self) -> str:
        """The resource's type without its API version."""
        return self.of.partition("@")[0]


@dataclass(slots=True)
class Template:
    """One file, read."""

    path: str
    root: Node
    declared: list[Declared] = field(default_factory=list)

    def of_kind(self, *kinds: str) -> dict[str, Declared]:
        return {one.name: one for one in self.declared if one.kind in kinds}

    def value(self, node: Node | None) -> Any:
        """Give a literal as Python's; a name of a variable as its value; all else as it is written."""
        return _value(node, self.of_kind("var"))

    def resources(self, kind: str) -> list[dict[str, Any]]:
        """Give the bodies of the resources of a type that are made here (not those that exist already)."""
        return [
            self.value(one.node)
            for one in self.of_kind("resource").values()
            if one.type == kind and " existing " not in _text(one.node).splitlines()[0]
        ]


def read(files: Mapping[str, str]) -> dict[str, Template]:
    """Read the files, by path."""
    return {path: _read(path, text) for path, text in files.items()}


def faults(templates: Mapping[str, Template]) -> list[str]:
    """Say what a compiler would refuse or warn of, as far as it is seen here."""
    found: list[str] = []
    for template in templates.values():
        found += [f"{template.path}: {fault}" for fault in _faults(template, templates)]
    return found


def strings(node: Node) -> Iterator[str]:
    """Give every string literal in it."""
    if node.type == "string":
        yield _text(node)[1:-1]
    for child in node.children:
        yield from strings(child)


def _read(path: str, text: str) -> Template:
    root = tree_sitter.Parser(_LANGUAGE).parse(text.encode()).root_node
    template = Template(path, root)
    for node in root.children:
        if node.type in _DECLARED:
            template.declared.append(_declared(node))
    return template


def _declared(node: Node) -> Declared:
    named = [child for child in node.children if child.is_named]
    second = named[1] if len(named) > 1 else named[0]
    of = _text(second)[1:-1] if second.type == "string" else ""
    return Declared(_DECLARED[node.type], _text(named[0]), of, node, len(named) > 2)


def _faults(template: Template, others: Mapping[str, Template]) -> Iterator[str]:
    for node in _walk(template.root):
        if node.type == "ERROR" or node.is_missing:
            yield f"syntax error in line {node.start_point[0] + 1}"
    known = template.of_kind("param", "var", "resource", "module")
    used: set[str] = set()
    for name, scope in _references(template.root, frozenset()):
        used.add(name)
        if name not in known and name not in scope:
            yield f"'{name}' is not declared"
    for name in _calls(template.root):
        if name not in _FUNCTIONS:
            yield f"no function '{name}' is known"
    for name, one in template.of_kind("param", "var").items():
        if name not in used:
            yield f"{one.kind} '{name}' is not used"
    for one in template.of_kind("module").values():
        yield from _module_faults(template, one, others)


def _module_faults(
    template: Template, module: Declared, others: Mapping[str, Template]
) -> Iterator[str]:
    target = others.get(normpath(join(dirname(template.path), module.of)))
    if target is None:
        yield f"module '{module.name}' names a file that is not there: {module.of}"
        return
    given = set((template.value(module.node) or {}).get("params", {}))
    params = target.of_kind("param")
    for name in sorted(given - set(params)):
        yield f"module '{module.name}' takes no '{name}'"
    for name, param in params.items():
        if name not in given and not param.has_default:
            yield f"module '{module.name}' is not given '{name}'"
    outputs = target.of_kind("output")
    for name in _outputs_read(template.root, module.name):
        if name not in outputs:
            yield f"module '{module.name}' has no output '{name}'"


def _outputs_read(root: Node, module: str) -> set[str]:
    read_outputs = set()
    for node in _walk(root):
        text = _text(node).replace("!", "") if node.type == "member_expression" else ""
        head, _, name = text.rpartition(".")
        if head == f"{module}.outputs":
            read_outputs.add(name)
    return read_outputs


def _references(node: Node, scope: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Give the names that are looked up, with the loop variables in force there."""
    if node.type == "for_statement":
        scope |= {_text(one) for one in _loop_variables(node)}
    for child in node.children:
        if child.type != "identifier":
            yield from _references(child, scope)
        elif _is_reference(node, child):
            yield _text(child), scope


def _is_reference(parent: Node, child: Node) -> bool:
    named = [one for one in parent.children if one.is_named]
    is_first = bool(named) and named[0].id == child.id
    if parent.type in {"object_property", *_DECLARED, "metadata_declaration"}:
        return not is_first
    return not (parent.type == "call_expression" and is_first)


def _loop_variables(loop: Node) -> Iterator[Node]:
    named = [child for child in loop.children if child.is_named]
    if named and named[0].type == "for_loop_parameters":
        yield from (child for child in named[0].children if child.is_named)
    elif named:
        yield named[0]


def _calls(root: Node) -> Iterator[str]:
    for node in _walk(root):
        if node.type == "call_expression" and node.children[0].type == "identifier":
            yield _text(node.children[0])


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _value(node: Node | None, variables: Mapping[str, Declared]) -> Any:
    if node is None:
        return None
    named = [child for child in node.children if child.is_named and child.type != "comment"]
    match node.type:
        case "resource_declaration" | "module_declaration" | "variable_declaration":
            return _value(named[-1], variables)
        case "for_statement" | "if_statement" | "parenthesized_expression":
            return _value(named[-1], variables)
        case "object":
            pairs = [
                one for one in named if one.type == "object_property" and one.named_child_count > 1
            ]
            return {
                _text(one.named_children[0]).strip("'"): _value(one.named_children[1], variables)
                for one in pairs
            }
        case "array":
            return [_value(one, variables) for one in named]
        case "number":
            return int(_text(node))
        case "boolean":
            return _text(node) == "true"
        case "string" if not any(child.type == "interpolation" for child in named):
            return _text(node)[1:-1]
        case "identifier" if _text(node) in variables:
            return _value(variables[_text(node)].node, variables)
        case _:
            return _text(node)
