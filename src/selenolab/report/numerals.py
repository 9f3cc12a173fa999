"""Numbers as a paper prints them: digits follow the interval, never more than the data carry."""

from math import ceil, floor, inf, isfinite, log10

SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
MINUS, MOST_DIGITS = "−", 6


def interval_text(value: float, low: float, high: float) -> tuple[str, str, str]:
    """`value`, `low` and `high` in words; an infinite side is "".

    The width of the interval carries two digits, and so does a positive value. Where the ends differ
    by more than tenfold each number carries two digits of its own; an open side is left aside.

    Examples
    --------
    >>> interval_text(11.82, 11.02, 12.68)
    ('11.8', '11.0', '12.7')
    >>> interval_text(8.83, 4.82, 16.18)
    ('8.8', '4.8', '16.2')
    >>> interval_text(0.5, 0.0123, 300.0)
    ('0.50', '0.012', '300')
    """
    ends = [x for x in (low, value, high) if isfinite(x)]
    positive = min(ends) > 0
    if positive and max(ends) / min(ends) > 10:
        told = [significant(x, 2) if isfinite(x) else "" for x in (value, low, high)]
        return told[0], told[1], told[2]
    sides = [abs(value - end) for end in (low, high) if isfinite(end) and end != value]
    if not sides:
        return plain(value), plain(low) if isfinite(low) else "", plain(high) if isfinite(high) else ""
    last = floor(log10(sum(sides) / len(sides) * 2)) - 1
    if positive:  # a wide interval must not turn 8.8 into 9
        last = min(last, _exponent(value) - 1)
    largest = max(abs(x) for x in (value, low, high) if isfinite(x))
    last = max(last, floor(log10(largest or 1.0)) - MOST_DIGITS + 1)
    shared = _exponent(largest) if largest >= 1e6 or largest < 1e-3 else 0
    told = [_fixed(x, last, shared) if isfinite(x) else "" for x in (value, low, high)]
    return told[0], told[1], told[2]


def significant(value: float, digits: int) -> str:
    """`value` to so many significant digits, trailing zeros kept.

    Examples
    --------
    >>> significant(1234.5, 2), significant(0.05, 2), significant(2.5e-7, 2)
    ('1200', '0.050', '2.5 × 10⁻⁷')
    """
    if value == 0:
        return "0"
    value = float(f"{value:.{digits - 1}e}")
    power = _exponent(value)
    shared = power if abs(value) >= 1e6 or abs(value) < 1e-3 else 0
    return _fixed(value, power - digits + 1, shared)


def plain(value: float, digits: int = 4) -> str:
    """`value` to at most so many digits, without trailing zeros: bounds, limits, settings.

    Examples
    --------
    >>> plain(64.0), plain(0.3333333), plain(-2.5), plain(1.5e9), plain(123456)
    ('64', '0.3333', '−2.5', '1.5 × 10⁹', '123456')
    """
    if value in (inf, -inf):
        raise ValueError("Expected a finite number: say an open side in words.")
    whole = float(value).is_integer() and abs(value) < 1e6
    text = f"{value:.0f}" if whole else f"{value:.{digits}g}"
    mantissa, _, power = text.partition("e")
    if power and abs(value) < 1e6 and abs(value) >= 1e-3:
        mantissa, power = f"{float(text):.0f}", ""
    sign = mantissa.replace("-", MINUS)
    return f"{sign} × 10{str(int(power)).translate(SUPERSCRIPT)}" if power else sign


def bound_text(value: float, sign: str) -> str:
    """A bound to three digits, rounded to the side on which it still holds.

    Examples
    --------
    >>> bound_text(34.657, ">"), bound_text(34.612, "<"), bound_text(63.9999999999999, ">")
    ('34.6', '34.7', '64')
    """
    if abs(float(f"{value:.3g}") - value) <= 1e-9 * abs(value):  # 64 through a logarithm and back
        return plain(float(f"{value:.3g}"))
    step = 10.0 ** (_exponent(value) - 2)
    whole = floor(value / step) if sign == ">" else ceil(value / step)
    return plain(whole * step, 3) if abs(value) < 1e3 else plain(whole * step, 6)


def _exponent(value: float) -> int:
    return floor(log10(abs(value)) + 1e-12) if value else 0


def _fixed(value: float, last: int, shared: int) -> str:
    """`value` rounded at 10**last, written as a multiple of 10**shared."""
    rounded = round(value / 10.0**last) * 10.0**last if last > 0 else value
    text = f"{rounded / 10.0**shared:.{max(shared - last, 0)}f}"
    text = text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)
    return f"{text} × 10{str(shared).translate(SUPERSCRIPT)}" if shared else text


def p_text(p: float) -> str:
    """A p value.

    Examples
    --------
    >>> p_text(0.0312), p_text(0.00002), p_text(0.9999)
    ('p = 0.031', 'p < 0.001', 'p > 0.99')
    """
    if p < 0.001:
        return "p < 0.001"
    return "p > 0.99" if p > 0.99 else f"p = {significant(p, 2)}"
