"""The knowledge base of products that need a licence, and complaints about a faulty one."""

from __future__ import annotations

from pathlib import Path

import pytest

from imginspect.errors import RuleError
from imginspect.rules import load_policy
from imginspect.rules.licence_products import Need, VariableForm, load_products
from imginspect.rules.ruleset import rules_folder

LICENCES = load_products([rules_folder()])
PRODUCT = """\
products:
  - id: acme
    name: Acme
    need: required
    verified: false
    reference: A guide
    markers: ["*/acme/bin/solver"]
    environment:
      - {name: ACMED_LICENSE_FILE, form: path-list}
    files:
      - {path: "*/acme/*.lic"}
"""


def load(tmp_path: Path, text: str) -> object:
    folder = tmp_path / "knowledge" / "licences"
    folder.mkdir(parents=True)
    (folder / "own.yaml").write_text(text)
    return load_products([tmp_path])


def test_the_products_that_come_along() -> None:
    products = LICENCES.products
    assert len(products) >= 30
    assert all(product.reference for product in products)
    assert all(product.markers or product.python or product.generic or product.need is Need.NONE for product in products)
    matlab = next(product for product in products if product.id == "matlab")
    assert LICENCES.by_variable()["MLM_LICENSE_FILE"][0][0] is matlab
    assert LICENCES.by_daemon()["mlm"] is matlab


def test_a_variable_has_one_form() -> None:
    forms: dict[str, VariableForm] = {}
    for product in LICENCES.products:
        for variable in product.environment:
            assert forms.setdefault(variable.name, variable.form) is variable.form


def test_only_verified_products_can_fail_for_want_of_a_licence() -> None:
    assert {product.id for product in LICENCES.products if product.verified and product.need is Need.REQUIRED} >= {
        "comsol", "freesurfer", "matlab", "mosek", "stata",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("need: required", "need: maybe", r"own\.yaml, line 4: need: .*maybe"),
        ("    verified: false\n", "", r"own\.yaml, line 2: 'verified' is missing"),
        ("verified: false", "verified: 1", r"own\.yaml, line 5: 'verified'"),
        ("id: acme", "id: ACME", r"own\.yaml, line 2: id: .*ACME"),
        ("form: path-list", "form: door", r"own\.yaml, line 9: form: .*door"),
        ("*/acme/bin/solver", "acme/solver", r"own\.yaml, line 7: markers: "),
        ("*/acme/bin/solver", "*/acme/*", r"own\.yaml, line 7: markers: "),
        ("*/acme/bin/solver", "*/acme/so?ver", r"own\.yaml, line 7: markers: "),
        ("name: Acme", "title: Acme", r"own\.yaml, line 3: unknown key 'title'"),
    ],
)
def test_a_faulty_product_is_refused_with_its_place(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    assert PRODUCT.count(old) == 1
    with pytest.raises(RuleError, match=complaint):
        load(tmp_path, PRODUCT.replace(old, new))


def test_two_products_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"acme is already defined in .*own\.yaml, line 2"):
        load(tmp_path, PRODUCT + PRODUCT.partition("\n")[2])


def test_the_role_of_a_mount_directory(tmp_path: Path) -> None:
    assert [directory.role for directory in load_policy("epcc-tre").directories] == ["data", "outputs", "scratch"]
    policy = tmp_path / "own.yaml"
    policy.write_text("id: own\ntitle: Own\ndirectories:\n  - {path: /data, purpose: d, role: attic}\nquestions: []\n")
    with pytest.raises(RuleError, match=r"own\.yaml, line 4: role: .*attic"):
        load_policy(str(policy))
