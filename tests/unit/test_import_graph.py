"""The shape of the import graph: no circles, and few arrows between the packages of ``bot.services``."""

import grimp
import pytest

MAX_SERVICE_EDGES = 49
"""Every package begins with ``context``, and most of them notify; the others are few. A new arrow should replace an old
one."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """The import graph of ``bot``, without imports that only type checkers see."""
    return grimp.build_graph("bot", exclude_type_checking_imports=True, cache_dir=None)


def test_no_modules_import_each_other_in_a_circle(graph: grimp.ImportGraph) -> None:
    # A circle needs modules that each import another one of the circle: peel off the modules that import none.
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}

    while leaves := {module for module, imported in imports.items() if not imported}:
        imports = {module: imported - leaves for module, imported in imports.items() if module not in leaves}

    assert not imports, f"circles among {sorted(imports)}"


def test_service_packages_have_few_edges_and_no_circle(graph: grimp.ImportGraph) -> None:
    edges = {
        (module.split(".")[2], imported.split(".")[2])
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
        if module.startswith("bot.services.") and imported.startswith("bot.services.")
    }
    edges = {(package, imported) for package, imported in edges if package != imported}

    assert 0 < len(edges) <= MAX_SERVICE_EDGES, sorted(edges)
    assert not {(package, imported) for package, imported in edges if (imported, package) in edges}
