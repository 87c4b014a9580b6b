"""Problems: how a VTN says why it did not do what was asked (the shape of RFC 7807)."""

from typing import Annotated

from pydantic import Field, StrictStr

from gridtide.wire.openadr.text import Unsaid, Uri, Whole, Wire


class Problem(Wire):
    """Why a request failed. status: the code of HTTP, 100 to 599."""

    type: Uri = "about:blank"
    title: Unsaid[StrictStr] = None
    status: Unsaid[Annotated[Whole, Field(ge=100, lt=600)]] = None
    detail: Unsaid[StrictStr] = None
    instance: Unsaid[Annotated[Uri, Field(min_length=3)]] = None
