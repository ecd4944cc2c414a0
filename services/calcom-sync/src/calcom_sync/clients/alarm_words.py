"""How an alarm reads, in German and English."""

from calcom_sync.domain.alarms import About
from calcom_sync.domain.notices import Notice

_STATES = {
    About.RAISED: ("", ""),
    About.STILL: ("weiterhin: ", "still: "),
    About.OVER: ("vorbei: ", "over: "),
    About.TEST: ("", ""),
}


def subject_of(notice: Notice) -> str:
    """One line."""
    german, _ = _STATES[notice.about]
    return f"[Rufbuch] {german}{notice.summary_de}"


def text_of(notice: Notice) -> str:
    """The whole message."""
    german, english = _STATES[notice.about]
    lines = [
        f"{german}{notice.summary_de}",
        f"{english}{notice.summary}",
        "",
        f"Alarm: {notice.name} ({notice.severity.value})",
        f"Seit / since: {notice.since:%Y-%m-%d %H:%M} UTC",
    ]
    if notice.subject:
        lines.append(f"Wo / where: {notice.subject}")
    if notice.detail:
        lines.append(f"Was / what: {notice.detail}")
    if notice.kind:
        lines.append(f"Was zu tun ist / what to do: {notice.runbook}")
    return "\n".join(lines) + "\n"
