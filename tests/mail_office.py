"""A small office whose workbook sends letters: whom it knows, what is overdue, and its mail account."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from tests.actions.test_refresh import typed
from tests.mail_server import HOST, USER
from tests.spreadsheet import few_analysis_sheets
from xlcrm.rules.parameters import Parameters
from xlcrm.templates import build
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.port import Block, Changes

if TYPE_CHECKING:
    from pathlib import Path

NOW: Final = dt.datetime(2026, 11, 20, 10, 30)
"""A Friday, in office hours."""
CUSTOMER: Final = {
    "customer_id": "2023001",
    "name": "杭州云帆科技有限公司",
    "contact": "张伟",
    "phone": "13812345678",
    "grade": "A类",
    "filed_on": "2026-03-01",
    "owner": "李明",
    "stage": "合作",
    "signed_on": "2025-11-14",
}
PEOPLE: Final = (
    {"name": "张总", "email": "zhang@example.com", "role": "管理层"},
    {"name": "赵敏", "email": "zhao@example.com", "role": "主管"},
    {"name": "李明", "email": "li@example.com", "role": "负责人", "manager": "赵敏"},
    {"name": "王芳", "email": "wang@example.com", "role": "负责人", "manager": "赵敏"},
)


def case(number: int, received: str, owner: str = "李明", **cells: Any) -> dict[str, Any]:
    """A complaint of 24 hours (C28), answered at once."""
    return {
        "complaint_id": f"20261101-{number:03d}",
        "received_at": received,
        "responded_at": received,
        "customer_id": "2023001",
        "name": CUSTOMER["name"],
        "content": "服务器噪音大，请联系张伟 13812345678",
        "level": "一般",
        "owner": owner,
        **cells,
    }


CASES: Final = (
    case(1, "2026-11-18 09:00"),  # 206 %: everybody is told
    case(2, "2026-11-19 15:00", owner="王芳"),  # 81 %: its owner is told
)


def office(path: Path, port: int = 465, **tables: Any) -> Path:
    """Make the workbook, with few analysis sheets.

    Args:
        path: the file.
        port: of the mail server on this machine.
        tables: rows of tables by name, instead of the office's own; and `parameters`, name -> value.
    """
    parameters = {
        "邮件服务器": HOST,
        "邮件端口": port,
        "邮箱账号": USER,
        "允许的收件域名": "example.com",
        **tables.pop("parameters", {}),
    }
    own = {"customers": [CUSTOMER], "complaints": CASES, "recipients": PEOPLE, **tables}
    with few_analysis_sheets():
        build("crm", path, {name: typed(name, list(rows)) for name, rows in own.items() if rows})
    set_parameters(path, parameters)
    return path


def set_parameters(path: Path, values: dict[str, Any]) -> None:
    """Type values beside names of 参数表."""
    assert values.keys() <= {info.alias for info in Parameters.model_fields.values()}
    with FileDoor(path, write=True) as door:
        names = door.grid("参数表").columns[0]
        blocks = [Block("参数表", names.index(name) + 1, 2, [[value]]) for name, value in values.items()]
        door.apply(Changes(blocks), backup=False)
