"""A folding into a model."""

from __future__ import annotations

from typing import Any

from simrun.design import Design
from simrun.errors import UnknownModel

#: FIFO depths are lists on a node, one number per stream.
_DEPTHS = ("inFIFODepths", "outFIFODepths")


def apply(result: Any, model: Any) -> Any:
    """Sets every attribute that the folding names, as FINN's ApplyConfig does.

    `model`: a qonnx `ModelWrapper` (changed in place and returned) or a `Design` (a new one).
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
    for name, attributes in [*folding.items(), *stream_depths(result, model).items()]:
        node = nodes.get(name)
        if node is None:
            continue
        for key, value in attributes.items():
            _set(node, key, value)
    return model


def stream_depths(result: Any, model: Any) -> dict[str, dict[str, list[int]]]:
    """`inFIFODepths` and `outFIFODepths` by node, for the FIFOs that `model` does not hold yet.

    FINN's InsertFIFO puts the deeper of a producer's and a consumer's number on their stream. Where a width
    converter will stand between them, the FIFO in front of it is the producer's and the one behind it the
    consumer's.
    """
    nodes = {node.name: node for node in _nodes(model)}
    #: Depths by the two ends, in the order of the streams where several join the same two.
    depths: dict[tuple[str, str], list[int]] = {}
    onward: dict[str, list[str]] = {}
    for row in result.document.get("fifos", []):
        if row["name"] not in nodes and "depthAfter" in row:
            depths.setdefault((row["from"], row["to"]), []).append(row["depthAfter"])
            onward.setdefault(row["from"], []).append(row["to"])
    found: dict[str, dict[str, list[int]]] = {}

    def note(node: Any, key: str, index: int, count: int, depth: int) -> None:
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
    return found


def _between(
    source: str | None,
    target: str,
    depths: dict[tuple[str, str], list[int]],
    onward: dict[str, list[str]],
    nodes: dict[str, Any],
) -> tuple[int, int] | None:
    """The first and the last FIFO from `source` to `target`, with what is inserted between; taken away."""
    if source is None:
        return None
    if depths.get((source, target)):
        depth = depths[source, target].pop(0)
        return depth, depth
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
