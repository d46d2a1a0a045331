"""Scaffolding for Python code that needs threads: advice by explicit rules, and tested code from it."""

__version__ = "0.1.0"
