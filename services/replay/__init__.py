"""Replay: what was answered then, worked out again from the same data by the same version."""

from services.replay.replaying import KINDS, Replayed, Sampled, replay, sample

__all__ = ["KINDS", "Replayed", "Sampled", "replay", "sample"]
