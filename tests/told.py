"""What notes say, for tests that look for a sentence."""


def texts(notes):
    return [note.text for note in notes]
