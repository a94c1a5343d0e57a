"""Pages kept as proof, each under the digest of its bytes."""

from __future__ import annotations

import gzip
import hashlib
import os
from pathlib import Path


def digest_of(body: bytes) -> str:
    """The digest under which a body is kept: "sha256:" and 64 hex digits."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


class Evidence:
    """A folder of page bodies. Equal bodies are kept once; nothing is ever overwritten."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._size: int | None = None

    def keep(self, body: bytes) -> str:
        """Store a body and give its digest; a body that is there already is not written again."""
        digest = digest_of(body)
        path = self.path_of(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            packed = gzip.compress(body, mtime=0)
            # Written beside and renamed once it is on the disk: a crash leaves a whole file or none.
            part = path.with_suffix(f".{os.getpid()}.part")
            with part.open("wb") as file:
                file.write(packed)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            if self._size is not None:
                self._size += len(packed)
        return digest

    def load(self, digest: str) -> bytes:
        """Give a body back; FileNotFoundError where it is not kept, ValueError where it was changed."""
        body = gzip.decompress(self.path_of(digest).read_bytes())
        if digest_of(body) != digest:
            raise ValueError(f"the record {digest} was changed: its bytes have another digest")
        return body

    def path_of(self, digest: str) -> Path:
        """Where a body of this digest lies."""
        algorithm, _, value = digest.partition(":")
        if algorithm != "sha256" or len(value) != 64 or not value.isalnum():
            raise ValueError(f"{digest!r} is not a digest of ours")
        return self.folder / value[:2] / f"{value}.gz"

    def size(self) -> int:
        """How many bytes are kept on disk: counted once, then what this process adds is added."""
        if self._size is None:
            self._size = sum(path.stat().st_size for path in self.folder.rglob("*.gz"))
        return self._size
