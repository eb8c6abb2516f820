"""Each request is of one mind about the settings, and reads them once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from services.installation import one_answer

Wsgi = Callable[[Any, Any], Iterable[bytes]]


def of_one_mind(wsgi_app: Wsgi) -> Wsgi:
    """Wrap a WSGI app so that the settings in force stay as they are while it makes one answer."""

    def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
        with one_answer():
            return wsgi_app(environ, start_response)

    return answer
