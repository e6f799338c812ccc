"""Spreadsheets that people send: read, matched with a noun's fields, entered and taken back.

Knows nothing of the screens: what it is given are files, fields and a session.
"""
