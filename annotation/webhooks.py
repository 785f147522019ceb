"""Letting Label Studio say that somebody has answered: its webhooks, as few words as possible."""

from collections.abc import Collection

from label_studio_sdk.core.api_error import ApiError

from annotation.client import Studio, find_project, in_words
from models.errors import RechkiError

SECRET_HEADER = "X-Rechki-Secret"  # noqa: S105  (the name of a header)
ACTIONS = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED")


def subscribe(studio: Studio, projects: Collection[int], url: str, secret: str) -> None:
    """Have projects post to an address whenever an annotation comes, changes or goes; again, it changes nothing.

    A project that was deleted posts nothing and is passed over.

    The body names the action alone: no text, no person. Headers are all that Label Studio authenticates itself with.

    Raises
    ------
    RechkiError
        When Label Studio does not let webhooks go to that address.
    """
    with in_words(studio.url):
        known = {hook.project: hook.id for hook in studio.api.webhooks.list() if hook.url == url and hook.id}
        wanted = {"actions": ACTIONS, "headers": {SECRET_HEADER: secret}, "is_active": True, "send_payload": False}
        for project in projects:
            if project in known:
                studio.api.webhooks.update(known[project], url=url, send_for_all_actions=False, **wanted)
                continue
            try:
                studio.api.webhooks.create(url=url, project=project, send_for_all_actions=False, **wanted)
            except ApiError as error:
                if find_project(studio, project) is None:
                    continue
                if error.status_code == 400:
                    raise RechkiError(
                        f"this Label Studio lets no webhook go to {url}",
                        studio.url,
                        "Start it with SSRF_PROTECTION_ENABLED=false, or do without: the schedule asks anyway.",
                    ) from error
                raise


def unsubscribe(studio: Studio, url: str) -> None:
    """Take back every webhook to an address."""
    with in_words(studio.url):
        for hook in studio.api.webhooks.list():
            if hook.url == url and hook.id:
                studio.api.webhooks.delete(hook.id)
