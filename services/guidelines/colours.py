"""Colours as people with other eyes see them: how far apart they are, and whether text can be read.

References
----------
Machado, Oliveira and Fernandes (2009), "A Physiologically-based Model for Simulation of Color Vision
Deficiency", for the matrices (severity 1.0); CIE 1976 for the distance in L*a*b*, of which 2.3 is just seen;
WCAG 2.2, success criterion 1.4.3, for contrast.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from types import MappingProxyType

Rgb = tuple[float, float, float]

_SIMULATED: Mapping[str, tuple[Rgb, Rgb, Rgb]] = MappingProxyType(
    {
        "protanopia": (
            (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998),
        ),
        "deuteranopia": (
            (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881),
        ),
        "tritanopia": (
            (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900),
        ),
    }
)  # fmt: skip

USUAL = "usual colour vision"
EYES = (USUAL, *_SIMULATED)

# D65, and the matrix from linear sRGB to XYZ
_WHITE = (0.95047, 1.0, 1.08883)
_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)


def seen(colour: str, eyes: str) -> Rgb:
    """Give the linear red, green and blue (0 to 1) that a colour like "#1f5fbf" looks like to some eyes."""
    plain = _linear(colour)
    if eyes == USUAL:
        return plain
    red, green, blue = (min(1.0, max(0.0, _dot(row, plain))) for row in _SIMULATED[eyes])
    return red, green, blue


def distance(one: str, other: str, eyes: str = USUAL) -> float:
    """Give the distance of two colours to some eyes: 0 alike, about 2.3 just seen, 100 black and white."""
    return math.dist(_lab(seen(one, eyes)), _lab(seen(other, eyes)))


def closest(colours: Mapping[str, str], names: Sequence[str]) -> tuple[float, str, tuple[str, str]]:
    """Find the two colours that are hardest to tell apart: their distance, to which eyes, which two."""
    return min(
        (distance(colours[one], colours[other], eyes), eyes, (one, other))
        for eyes in EYES
        for one, other in combinations(names, 2)
    )


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours, 1 to 21."""
    high, low = sorted((_dot(_XYZ[1], _linear(colour)) for colour in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _linear(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _curve(red), _curve(green), _curve(blue)


def _curve(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _lab(linear: Rgb) -> Rgb:
    x, y, z = (_root(_dot(row, linear) / white) for row, white in zip(_XYZ, _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(part: float) -> float:
    return math.cbrt(part) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116


def _dot(row: Rgb, other: Rgb) -> float:
    return sum(one * two for one, two in zip(row, other, strict=True))
