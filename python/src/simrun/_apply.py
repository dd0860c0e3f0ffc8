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
            hint="the folding belongs to another graph",
        )
    for name, attributes in folding.items():
        node = nodes.get(name)
        if node is None:
            continue
        for key, value in attributes.items():
            _set(node, key, value)
    return model


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
