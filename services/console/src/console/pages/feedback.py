"""After a deed: back to a page that says in words what was done."""

from urllib.parse import urlsplit

from fastapi.responses import RedirectResponse

from console.pages.sign_in import SEE_OTHER


def done(path: str, deed: str) -> RedirectResponse:
    """To a page of ours; ``deed`` is a key of the table "said" of the texts."""
    return RedirectResponse(f"{path}{'&' if urlsplit(path).query else '?'}said={deed}", SEE_OTHER)
