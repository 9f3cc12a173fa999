"""The words for ways of comparing."""

from selenolab.stats.comparison_plan import METHODS as ONE_WAY

TWO_WAY = "two_way_anova"
INTERACTION = "interaction"
METHODS = (*ONE_WAY, TWO_WAY, INTERACTION)


def method_word(text: str) -> str:
    """A method as the tests call it.

    Examples
    --------
    >>> method_word("two-way ANOVA"), method_word("Welch")
    ('two_way_anova', 'welch')
    """
    return text.strip().lower().replace("-", "_").replace(" ", "_")
