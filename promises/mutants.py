"""What is changed in a module to see whether a test notices: one small fault at a time, made in its syntax tree.

Words are left alone, and so is what only says that something cannot happen (``assert``, ``raise AssertionError``,
``frozen=True``, ``strict=True``) or saves memory (``slots=True``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

Spot = tuple[ast.AST, str, int | None]
Function = ast.FunctionDef | ast.AsyncFunctionDef

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}
IMPOSSIBLE = ("AssertionError", "NotImplementedError")
PROMISED = ("frozen", "strict", "slots")


@dataclass(frozen=True, slots=True)
class Mutant:
    place: str
    """The function or class, as it is called in its module."""
    first: int
    last: int
    line: str
    change: str
    warm: bool
    """Inside a function: it can be planted where the module is already imported."""
    spot: Spot
    planted: ast.AST | list[ast.match_case]
    tree: ast.Module

    def source(self) -> ast.Module:
        """The module with this one fault. The tree is changed: one mutant a process."""
        parent, field, nth = self.spot
        if nth is None:
            setattr(parent, field, self.planted)
        else:
            getattr(parent, field)[nth] = self.planted
        return ast.fix_missing_locations(self.tree)


def mutants(path: Path) -> list[Mutant]:
    text = path.read_text(encoding="utf-8")
    tree, lines = ast.parse(text), text.splitlines()
    found = []
    for node, spot, place, warm in _places(tree, (), False):
        for at, planted, change in _changes(node, spot):
            line = lines[node.lineno - 1].strip()
            found.append(Mutant(".".join(place), node.lineno, node.end_lineno or node.lineno, line, change, warm, at, planted, tree))
    return found


def _places(node: ast.AST, place: tuple[str, ...], warm: bool) -> Iterator[tuple[ast.expr | ast.stmt, Spot, tuple[str, ...], bool]]:
    """Every statement and expression that may be changed: where it hangs, in which function."""
    inner = (*place, node.name) if isinstance(node, Function | ast.ClassDef) else place
    for field, value in ast.iter_fields(node):
        inside = warm or (isinstance(node, Function) and field == "body")
        for nth, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or _left_alone(child):
                continue
            if field in ("annotation", "returns"):
                # A type is no deed; the limits that stand in it are.
                for part in ast.walk(child):
                    if isinstance(part, ast.Call):
                        yield from _places(part, inner, False)
                continue
            if isinstance(child, ast.expr | ast.stmt):
                yield child, (node, field, nth if isinstance(value, list) else None), inner, inside
            yield from _places(child, inner, inside)


def _left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if isinstance(node, ast.Raise):
        return any(isinstance(part, ast.Name) and part.id in IMPOSSIBLE for part in ast.walk(node))
    if isinstance(node, ast.keyword):
        return node.arg in PROMISED and isinstance(node.value, ast.Constant) and node.value.value is True
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _changes(node: ast.expr | ast.stmt, spot: Spot) -> Iterator[tuple[Spot, ast.AST | list[ast.match_case], str]]:
    match node:
        case ast.Compare():
            for nth, op in enumerate(node.ops):
                for other in COMPARED[type(op)]:
                    yield (node, "ops", nth), other(), f"{_sign(op)} is {_sign(other())}"
        case ast.BoolOp():
            both = isinstance(node.op, ast.And)
            yield (node, "op", None), ast.Or() if both else ast.And(), "and is or" if both else "or is and"
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield spot, node.operand, "without not" if isinstance(node.op, ast.Not) else "without minus"
        case ast.BinOp() | ast.AugAssign() if type(node.op) in RECKONED:
            swapped = RECKONED[type(node.op)]()
            yield (node, "op", None), swapped, f"{_sign(node.op)} is {_sign(swapped)}"
        case ast.Constant(value=bool()):
            yield spot, ast.Constant(not node.value), f"{node.value!r} is {not node.value!r}"
        case ast.Constant(value=number) if isinstance(number, int | float):
            for near in (number + 1, number - 1):
                yield spot, ast.Constant(near), f"{number!r} is {near!r}"
        case ast.Name() if node.id in CALLED:
            yield spot, ast.Name(CALLED[node.id], ast.Load()), f"{node.id} is {CALLED[node.id]}"
        case ast.Return(value=ast.expr() as given) if not (isinstance(given, ast.Constant) and given.value is None):
            yield (node, "value", None), ast.Constant(None), "returns None"
        case ast.Match() if len(node.cases) > 1:
            for nth in range(len(node.cases)):
                yield (node, "cases", None), [*node.cases[:nth], *node.cases[nth + 1 :]], f"without case {nth + 1}"
    if isinstance(node, ast.If | ast.While | ast.IfExp) and _plain(node.test):
        yield (node, "test", None), ast.UnaryOp(ast.Not(), node.test), "condition negated"
    if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        for clause in node.generators:
            for nth, test in enumerate(clause.ifs):
                if _plain(test):
                    yield (clause, "ifs", nth), ast.UnaryOp(ast.Not(), test), "condition negated"
    removable = ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Raise | ast.Delete | ast.Continue | ast.Break
    if isinstance(node, removable) or (isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)):
        if spot[1] in ("body", "orelse", "finalbody") and not isinstance(spot[0], ast.Module | ast.ClassDef):
            yield spot, ast.Pass(), "removed"


def _plain(test: ast.expr) -> bool:
    """A condition whose opposite is not already made by changing its one sign."""
    return not isinstance(test, ast.Compare | ast.UnaryOp) or (isinstance(test, ast.Compare) and len(test.ops) > 1)


def _sign(op: ast.AST) -> str:
    """How an operator is written."""
    if isinstance(op, ast.cmpop):
        return ast.unparse(ast.Compare(ast.Name("a"), [op], [ast.Name("b")]))[2:-2]
    assert isinstance(op, ast.operator)
    return ast.unparse(ast.BinOp(ast.Name("a"), op, ast.Name("b")))[2:-2]
