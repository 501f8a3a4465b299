"""The titles of roles, wherever people read one."""

ROLE_TITLES = {
    "head": "руководитель отраслевого блока",
    "deputy": "заместитель руководителя блока",
    "employee": "сотрудник блока",
    "block_curator": "куратор блока",
    "coordinator": "координатор",
    "manager": "руководитель центра",
    "curator": "куратор центра",
    "administrator": "администратор",
    "duty": "дежурный",
    "head_of_town": "глава",
    "system_curator": "куратор системы",
    "centre_staff": "сотрудник центра",
}


def role_title(code: str) -> str:
    """Return the title of a role; a code that no release knows is shown as it is."""
    return ROLE_TITLES.get(code, code)
