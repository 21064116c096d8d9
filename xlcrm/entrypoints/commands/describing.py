"""Commands that tell what the program knows."""

from __future__ import annotations

import sys

import typer

from xlcrm.entrypoints.show import rules_table
from xlcrm.entrypoints.terminal import AsJson, AsMarkdown, out, print_json
from xlcrm.entrypoints.wording import ChineseCommand

commands = typer.Typer()


@commands.command(cls=ChineseCommand, help="列出所有工作表和列。")
def schema(*, as_json: AsJson = False, markdown: AsMarkdown = False) -> None:
    from xlcrm.actions import describe, reference  # noqa: PLC0415 - other commands start without it

    if markdown:
        sys.stdout.write(reference.tables_page())
        return
    found = describe.schema()
    if as_json:
        print_json(found)
        return
    for sheet in found["sheets"]:
        headings = "、".join(item["heading"] for item in sheet["columns"])
        out.print(f"{sheet['title']}（{sheet['key']}）：{headings}", soft_wrap=True)


@commands.command(cls=ChineseCommand, help="列出默认规则。")
def rules(*, as_json: AsJson = False, markdown: AsMarkdown = False) -> None:
    from xlcrm.actions import describe, reference  # noqa: PLC0415 - other commands start without it

    if markdown:
        sys.stdout.write(reference.rules_page())
        return
    found = describe.rules()
    if as_json:
        print_json(found)
    else:
        out.print(rules_table(found))
