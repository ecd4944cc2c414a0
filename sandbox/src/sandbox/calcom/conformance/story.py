"""The story itself: a host's day at Cal.com, with every refusal that matters to us."""

from sandbox.calcom.conformance.booking_chapters import (
    ATTENDEES_LENGTHS_VERSIONS,
    BOOKING_A_SLOT,
    SETTING_THE_SCENE,
)
from sandbox.calcom.conformance.changing_chapters import CHANGING, READING, RESERVING, SUBSCRIBING
from sandbox.calcom.conformance.steps import Story

STORY: Story = (
    *SETTING_THE_SCENE,
    *BOOKING_A_SLOT,
    *ATTENDEES_LENGTHS_VERSIONS,
    *READING,
    *CHANGING,
    *RESERVING,
    *SUBSCRIBING,
)
