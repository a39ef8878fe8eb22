# SPDX-License-Identifier: GPL-3.0-or-later
"""The tagged side of the file: which piece of which drawing is a heading, a paragraph, a figure, and in which order.

Elements become objects after everything else of the file; a page finds its elements by /StructParents.
"""

from collections.abc import Sequence

from certs.page.pdf_syntax import Name, Object, Reference, Value, number, reference, text_value
from certs.editions.e2027_02.certs.page.sheet import Element, Page


def tree(elements: Sequence[Element], pages: Sequence[Page], page_at: Sequence[Reference], at: int) -> list[Object]:
    """The objects of the reading order; the first of them, number `at`, is its root."""
    whole = Element(kind="Document", page=-1, held=list(elements))
    listed = _in_order(whole)
    place = {id(element): reference(at + 1 + index) for index, element in enumerate(listed)}
    parents: list[Value] = []
    for index, page in enumerate(pages):
        parents += [number(index), [place[id(element)] for element in page.marks]]
    root: dict[str, Value] = {
        "Type": Name("StructTreeRoot"),
        "K": place[id(whole)],
        "ParentTree": {"Nums": parents},
        "ParentTreeNextKey": number(len(pages)),
    }
    objects: list[Object] = [root]
    above = {id(held): element for element in listed for held in element.held if isinstance(held, Element)}
    for element in listed:
        parent = place[id(above[id(element)])] if id(element) in above else Reference(at)
        objects.append(_element(element, parent, place, page_at))
    return objects


def _in_order(element: Element) -> list[Element]:
    found = [element]
    for held in element.held:
        if isinstance(held, Element):
            found += _in_order(held)
    return found


def _element(
    element: Element, parent: Reference, place: dict[int, Reference], page_at: Sequence[Reference]
) -> dict[str, Value]:
    held: list[Value] = [number(piece) if isinstance(piece, int) else place[id(piece)] for piece in element.held]
    made: dict[str, Value] = {"S": Name(element.kind), "P": parent}
    if any(isinstance(piece, int) for piece in element.held):
        made["Pg"] = page_at[element.page]
    made["K"] = held[0] if len(held) == 1 else held
    if element.alternative:
        made["Alt"] = text_value(element.alternative)
    if element.box is not None:
        made["A"] = {"O": Name("Layout"), "BBox": [number(round(side, 1)) for side in element.box]}
    return made
