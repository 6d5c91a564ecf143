"""Imports somebody's notes, notebook or transcript: nothing is lost silently, nothing overwritten.

    text or notebook -> tree -> converted -> written, checked as a build would, moved into place

read and parse make the tree; times, convert and outline convert it; writer and notebook write it; options, place and
people decide whose it is and where it goes; check and run finish the import.
"""
