"""Tells words for nobody in particular, such as "Deleted user", from the ids of people."""

from __future__ import annotations

import re
from typing import Any

from coprep.data.labels import fold, known_label

_WORDS = frozenset(
    {
        *("anonymous", "anonymous user", "anonymous participant", "anonymous author", "anon"),
        *("anonymised", "anonymized", "name withheld", "withheld", "redacted"),
        *("deleted", "deleted user", "deleted account", "deleted participant", "removed"),
        *("removed user", "former user", "former member", "account deleted", "account removed"),
        *("inactive user", "unknown user", "unknown author", "unknown participant", "no name"),
        *("unnamed", "guest", "guest user", "visitor", "not logged in", "user deleted"),
        *("anonyme", "utilisateur anonyme", "utilisateur supprimé", "compte supprimé"),
        *("utilisatrice supprimée", "invité", "invitée"),
        *("anonym", "anonymer benutzer", "gelöschter benutzer", "gelöschter nutzer"),
        *("gelöschtes konto", "unbekannter benutzer", "gast"),
        *("anónimo", "anónima", "anonimo", "anonima", "usuario anónimo", "usuario eliminado"),
        *("cuenta eliminada", "participante eliminado", "participante borrada", "invitado"),
        *("usuari anònim", "usuari eliminat", "compte eliminat", "anònim", "convidat"),
        *("utente anonimo", "utente eliminato", "ospite"),
        *("utilizador anónimo", "conta eliminada", "conta excluída", "usuário anônimo"),
        *("usuário excluído", "anônimo", "convidado"),
        *("anoniem", "anonieme gebruiker", "verwijderde gebruiker"),
        *("anonimowy", "anonimowa", "użytkownik usunięty", "konto usunięte", "gość"),
        *("anonyymi", "poistettu käyttäjä", "vieras", "borttagen användare", "gäst"),
        *("slettet bruger", "slettet bruker", "gjest", "gæst"),
    }
)


def is_nobody(name: str) -> bool:
    """Whether a name is a word for nobody in particular; "Guest 12" is somebody.

    >>> [is_nobody(name) for name in ("Anonymous", "[deleted]", "Guest", "Guest 12", "Ana")]
    [True, True, True, False, False]
    """
    return re.sub(r"[\[\](){}<>*_.\s-]+", " ", fold(name)).strip() in _WORDS


def person_label(value: Any) -> str | None:
    """The id a cell gives; None where it says nothing or names nobody in particular."""
    name = known_label(value)
    return None if name is None or is_nobody(name) else name
