"""Selenolab: from raw bench files to a report on selenium redox medicine."""

__version__ = "0.1.0"
