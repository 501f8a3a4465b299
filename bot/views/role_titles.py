"""The titles of roles, wherever people read one."""

from bot.views.render_context import RenderContext

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

MANAGEMENT, TO_MANAGEMENT = "руководитель центра", "руководителю центра"
"""The addressee of a question for a decision, in the nominative and in the dative."""

SOME_COLLEAGUE = "коллега"
"""An official whose name is not known any more."""


def role_title(code: str, context: RenderContext) -> str:
    """Return the municipality's title of a role, else the usual one; an unknown code is shown as it is."""
    return context.role_titles.get(code) or ROLE_TITLES.get(code, code)
