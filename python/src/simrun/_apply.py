"""A folding into a model."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from typing import Any

from simrun.design import Design
from simrun.errors import SimrunWarning, UnknownModel

#: How the names and the types of FINN's FIFOs begin.
_FIFO = "StreamingFIFO"

#: FIFO depths are lists on a node, one number per stream.
_DEPTHS = ("inFIFODepths", "outFIFODepths")

#: What changes the width of a stream, and with it where width converters and FIFOs stand.
_WIDTHS = ("PE", "SIMD", "parallel_window", "M")

#: Names shown in a warning.
_MOST_NAMES = 4


def apply(result: Any, model: Any, kept: Collection[str] = ()) -> Any:
    """Sets every attribute that the folding names, as FINN's ApplyConfig does.

    `model`: a qonnx `ModelWrapper` (changed in place and returned) or a `Design` (a new one). What the model
    cannot take is a `SimrunWarning` that names it; nothing is said of `kept`, which the caller keeps elsewhere.
    """
    folding = result.folding
    if isinstance(model, Design):
        return model.with_folding(folding)
    nodes = {node.name: node for node in _nodes(model)}
    unknown = [name for name in folding if name not in nodes and name != "Defaults"]
    if unknown and len(unknown) == len([n for n in folding if n != "Defaults"]):
        raise UnknownModel(
            f"no node of the model is named in the folding, e.g. '{unknown[0]}'",
            code=65,
            hint="the folding belongs to another graph; an export of training has no nodes that could "
            "carry it: apply it to a simrun Design, or to the model behind FINN's specialize_layers step",
        )
    depths, placed = _streams(result, model)
    skipped = [name for name in unknown if name not in placed and name not in kept]
    _tell(skipped, _moved(folding, nodes), "fifos" in result.document, nodes)
    for name, attributes in [*folding.items(), *depths.items()]:
        node = nodes.get(name)
        if node is None:
            continue
        for key, value in attributes.items():
            _set(node, key, value)
    return model


def _moved(folding: dict[str, Any], nodes: dict[str, Any]) -> bool:
    """Whether the folding changes widths of a model that holds FIFOs: converters and FIFOs are numbered anew then."""
    if not any(_is_fifo(name) and name in nodes for name in folding):
        return False
    for name, attributes in folding.items():
        node = nodes.get(name)
        now = {a.name: a.i for a in node.attribute} if node is not None else {}
        if any(key in now and now[key] != attributes[key] for key in _WIDTHS if key in attributes):
            return True
    return False


def _tell(skipped: list[str], moved: bool, sized: bool, nodes: dict[str, Any]) -> None:
    """Says what of a folding does not reach the model, and what to do. `sized`: it is of `fifo()`."""
    fifos = [name for name in skipped if _is_fifo(name)]
    others = [name for name in skipped if not _is_fifo(name)]
    if others:
        _warn(
            f"left out: the model has no {_list(others)}, which the folding names",
            "the folding is of another graph: fold the model that it is applied to",
        )
    said = [f"left out: the model has no {_list(fifos)}, whose depth the folding states"] if fifos else []
    if moved:
        said.append(
            "the model's FIFOs are numbered for the widths that it had, so depths may come to stand at other streams "
            "than the folding means"
        )
    if not said:
        return
    if any(node.op_type.startswith(_FIFO) for node in nodes.values()):
        hint = (
            "the rate of the folding is reached in the model before FINN inserts width converters and FIFOs "
            "(behind specialize_layers), and in a simrun Design: apply it there"
        )
    elif sized:
        hint = "apply it again when FINN has inserted FIFOs"
    else:
        hint = "simrun.load(model).fifo().apply(model) after this writes inFIFODepths and outFIFODepths"
    _warn("; ".join(said), hint)


def _warn(message: str, hint: str) -> None:
    # Of whoever called apply() of the result.
    warnings.warn(f"{message}\n  hint: {hint}", SimrunWarning, stacklevel=5)


def _list(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown}, … ({len(names)} in all)"


def _is_fifo(name: str) -> bool:
    return name.startswith(_FIFO)


def stream_depths(result: Any, model: Any) -> dict[str, dict[str, list[int]]]:
    """`inFIFODepths` and `outFIFODepths` by node, for the FIFOs that `model` does not hold yet.

    FINN's InsertFIFO puts the deeper of a producer's and a consumer's number on their stream. Where a width
    converter will stand between them, the FIFO in front of it is the producer's and the one behind it the
    consumer's.
    """
    return _streams(result, model)[0]


def _streams(result: Any, model: Any) -> tuple[dict[str, dict[str, list[int]]], set[str]]:
    """The depths by node, and the names of the FIFOs that they are of."""
    nodes = {node.name: node for node in _nodes(model)}
    #: FIFOs and depths by the two ends, in the order of the streams where several join the same two.
    depths: dict[tuple[str, str], list[tuple[str, int]]] = {}
    onward: dict[str, list[str]] = {}
    for row in result.document.get("fifos", []):
        if row["name"] not in nodes and "depthAfter" in row:
            depths.setdefault((row["from"], row["to"]), []).append((row["name"], row["depthAfter"]))
            onward.setdefault(row["from"], []).append(row["to"])
    found: dict[str, dict[str, list[int]]] = {}
    placed: set[str] = set()

    def note(node: Any, key: str, index: int, count: int, fifo: tuple[str, int]) -> None:
        name, depth = fifo
        placed.add(name)
        kept = next((list(a.ints) for a in node.attribute if a.name == key), [])
        lists = found.setdefault(node.name, {})
        values = lists.setdefault(key, (kept + [2] * count)[: max(count, len(kept))])
        values[index] = depth

    graph = model.graph
    made = {name: (node, i) for node in nodes.values() for i, name in enumerate(node.output)}
    ends = {value.name for value in graph.input}
    constant = {value.name for value in graph.initializer}
    for node in nodes.values():
        streams = [name for name in node.input if name and name not in constant]
        for index, name in enumerate(streams):
            maker = made.get(name)
            source = maker[0].name if maker else name if name in ends else None
            path = _between(source, node.name, depths, onward, nodes)
            if path is None:
                continue
            if maker:
                note(maker[0], "outFIFODepths", maker[1], len(maker[0].output), path[0])
            note(node, "inFIFODepths", index, len(streams), path[1])
    for value in graph.output:
        maker = made.get(value.name)
        path = _between(maker[0].name, value.name, depths, onward, nodes) if maker else None
        if maker and path:
            note(maker[0], "outFIFODepths", maker[1], len(maker[0].output), path[0])
    return found, placed


def _between(
    source: str | None,
    target: str,
    depths: dict[tuple[str, str], list[tuple[str, int]]],
    onward: dict[str, list[str]],
    nodes: dict[str, Any],
) -> tuple[tuple[str, int], tuple[str, int]] | None:
    """The first and the last FIFO from `source` to `target`, with what is inserted between; taken away."""
    if source is None:
        return None
    if depths.get((source, target)):
        fifo = depths[source, target].pop(0)
        return fifo, fifo
    for middle in onward.get(source, []):
        if middle not in nodes and depths.get((source, middle)) and depths.get((middle, target)):
            return depths[source, middle].pop(0), depths[middle, target].pop(0)
    return None


def _nodes(model: Any) -> Any:
    graph = getattr(model, "graph", None)
    if graph is None or not hasattr(graph, "node"):
        raise UnknownModel(
            f"a {type(model).__qualname__} holds no graph",
            code=64,
            hint="pass a qonnx ModelWrapper or a simrun Design",
        )
    return graph.node


def _set(node: Any, key: str, value: Any) -> None:
    try:
        from onnx import helper
    except ImportError as error:  # a ModelWrapper cannot exist without onnx
        from simrun.errors import MissingExtra

        raise MissingExtra("finn", "apply()") from error
    if key in _DEPTHS and not isinstance(value, list):
        value = [value]
    for i, attribute in enumerate(node.attribute):
        if attribute.name == key:
            del node.attribute[i]
            break
    node.attribute.append(helper.make_attribute(key, value))
