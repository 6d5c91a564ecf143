"""Runnable cells: run in a process of their own, their output kept in a form that a page can hold."""
