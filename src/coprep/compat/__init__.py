"""Drop-in modules: the names, numbers and conventions of other people's packages."""
