"""Brings somebody's notes, notebook or transcript into the project: nothing is lost silently, nothing overwritten.

    text or notebook -> tree -> turned into ours -> written, checked as a build would, moved into place

read and parse bring a file in; times, links, turn and outline make it ours; writer and notebook write it;
place, people and licences say what it is and where it goes; check and run finish it.
"""
