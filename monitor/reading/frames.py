"""The frames of a page: what stands in them is part of what a visitor sees."""

from __future__ import annotations

from monitor.reading.markup import read_document


def frames_of(page_text: str, url: str) -> tuple[str, ...]:
    """The addresses of a page's frames, in its order, each once."""
    document = read_document(page_text, url)
    sources = (node.attributes.get("src") for node in document.tree.css("frame[src], iframe[src]"))
    found = (document.resolve(source) for source in sources)
    return tuple(dict.fromkeys(address for address in found if address is not None))
